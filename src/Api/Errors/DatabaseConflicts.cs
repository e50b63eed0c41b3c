using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Api.Errors;

internal static class DatabaseConflicts
{
    /// <summary>Whether another transaction has just written the same key.</summary>
    public static bool IsUniqueViolation(this DbUpdateException failure) =>
        failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    /// <summary>Whether the row's team was deleted a moment ago, by a key that this process still knew.</summary>
    public static bool IsOfDeletedTeam(this Exception failure) =>
        (failure as PostgresException ?? failure.InnerException as PostgresException)
            is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: { } name }
        && name.EndsWith("_teams_team_id", StringComparison.Ordinal);
}
