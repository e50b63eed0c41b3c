using System.Globalization;
using System.Text.RegularExpressions;
using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Requests;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Api.Models;

/// <summary>
/// PUT and DELETE /v1/models/{name}/aliases/{alias}, and POST …/back: names for versions, which an admin moves. <c>production</c> is the
/// version that callers get who name none. Requests under way are finished by the version that they began with.
/// </summary>
internal static partial class Aliases
{
    public const string Example = """{ "version": "1" }""";

    /// <param name="PreviousVersion">Where it goes when it is moved back.</param>
    public sealed record Alias(string Name, string Version, string? PreviousVersion, DateTimeOffset MovedAt)
    {
        public static Alias Of(ModelAlias alias) =>
            new(
                alias.Name,
                Text(alias.Version),
                alias.PreviousVersion is { } before ? Text(before) : null,
                alias.MovedAt
            );
    }

    public static async Task<Results<Ok<Alias>, ProblemHttpResult>> Move(
        string name,
        string alias,
        JsonBody body,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        ServedVersions served,
        CancellationToken cancel
    )
    {
        var fields = new Fields(body.Root);
        var version = fields.RequiredText("version");
        if (!Form().IsMatch(alias) || alias == ServedVersions.Latest)
            return Problems.Invalid(
                new PointedError(
                    "",
                    "out_of_range",
                    $"'{alias}' cannot be an alias: 1 to 64 lower-case letters, digits and '-', beginning with a letter, and not 'latest'."
                )
            );
        if (fields.Errors.Count > 0)
            return Problems.Invalid([.. fields.Errors]);
        if (
            !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || await db.FindVersionAsync(caller.TeamId, name, number, cancel) is not { } found
        )
            return Problems.NotFound("model version", $"{name}/{version}");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var held = await db
            .ModelAliases.FromSql($"select * from model_aliases where model_id = {found.ModelId} and name = {alias} for update")
            .AsNoTracking()
            .ToListAsync(cancel);
        var moved = await WriteAsync(
            db,
            $"""
            insert into model_aliases (model_id, name, team_id, version) values ({found.ModelId}, {alias}, {caller.TeamId}, {number})
            on conflict (model_id, name) do update set
              version = excluded.version,
              previous_version = case
                when model_aliases.version = excluded.version then model_aliases.previous_version else model_aliases.version end,
              moved_at = case when model_aliases.version = excluded.version then model_aliases.moved_at else now() end
            returning *
            """,
            cancel
        );
        if (moved is null)
            return Problems.NotFound("model version", $"{name}/{version}");
        if (held is not [{ } before] || before.Version != number)
            db.Add(Moved(trail, name, moved));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        served.Forget(caller.TeamId, name);
        return TypedResults.Ok(Alias.Of(moved));
    }

    public static async Task<Results<Ok<Alias>, ProblemHttpResult>> MoveBack(
        string name,
        string alias,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        ServedVersions served,
        CancellationToken cancel
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var moved = await WriteAsync(
            db,
            $"""
            update model_aliases set version = previous_version, previous_version = version, moved_at = now()
            where team_id = {caller.TeamId} and name = {alias}
              and model_id = (select id from models where team_id = {caller.TeamId} and name = {name})
              and exists (
                select from model_versions v
                where v.model_id = model_aliases.model_id and v.version = model_aliases.previous_version)
            returning *
            """,
            cancel
        );
        if (moved is not null)
        {
            db.Add(Moved(trail, name, moved));
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            served.Forget(caller.TeamId, name);
            return TypedResults.Ok(Alias.Of(moved));
        }

        return await db.AliasesOf(caller.TeamId, name).SingleOrDefaultAsync(each => each.Name == alias, cancel) is { } found
            ? Problems.Of(
                409,
                "alias.nowhere_to_go",
                found.PreviousVersion is { } gone
                    ? $"Version {gone}, where '{alias}' was before, is not there any more."
                    : $"'{alias}' has not been moved yet."
            )
            : Problems.NotFound("alias", $"{name}/{alias}");
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string name,
        string alias,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        ServedVersions served,
        CancellationToken cancel
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var gone = await WriteAsync(
            db,
            $"""
            delete from model_aliases
            where team_id = {caller.TeamId} and name = {alias}
              and model_id = (select id from models where team_id = {caller.TeamId} and name = {name})
            returning *
            """,
            cancel
        );
        if (gone is null)
            return Problems.NotFound("alias", $"{name}/{alias}");
        db.Add(trail.Entry(AuditAction.DeleteAlias, $"{name}:{alias}", new { version = Text(gone.Version) }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        served.Forget(caller.TeamId, name);
        return TypedResults.NoContent();
    }

    private static AuditEntry Moved(AuditTrail trail, string model, ModelAlias alias) =>
        trail.Entry(
            AuditAction.MoveAlias,
            $"{model}:{alias.Name}",
            new { from = alias.PreviousVersion is { } before ? Text(before) : null, to = Text(alias.Version) }
        );

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The row as the statement left it, whatever others do to it meanwhile; null where it wrote none, or the version was just deleted.
    /// </summary>
    private static async Task<ModelAlias?> WriteAsync(ConcatDb db, FormattableString sql, CancellationToken cancel)
    {
        try
        {
            return (await db.ModelAliases.FromSql(sql).AsNoTracking().ToListAsync(cancel)).SingleOrDefault();
        }
        catch (PostgresException gone) when (gone.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return null;
        }
    }

    public static IQueryable<ModelAlias> AliasesOf(this ConcatDb db, int teamId, string model) =>
        db
            .ModelAliases.AsNoTracking()
            .Where(alias => alias.TeamId == teamId && db.Models.Any(named => named.Id == alias.ModelId && named.Name == model))
            .OrderBy(alias => alias.Name);

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}$")]
    private static partial Regex Form();
}
