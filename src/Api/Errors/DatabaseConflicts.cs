using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Api.Errors;

internal static class DatabaseConflicts
{
    /// <summary>Whether another transaction has just written the same key.</summary>
    public static bool IsUniqueViolation(this DbUpdateException failure) =>
        failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}
