using System.Globalization;
using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>
/// DELETE /v1/models/{name} and …/versions/{version}: forgets a model, or one version of it, with its file. The job that made it stays.
/// Not while an alias names it: an admin moves or deletes that first.
/// </summary>
internal static class DeleteModel
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string name,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        ServedVersions served,
        CancellationToken cancel
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var versions = await HoldAsync(db, caller.TeamId, name, null, cancel);
        if (versions.Count == 0)
            return Problems.NotFound("model", name);
        if (await AliasesAsync(db, versions, cancel) is { Count: > 0 } aliases)
            return Aliased($"'{name}'", aliases);
        await ModelRemoval.RemoveAsync(db, versions, cancel);
        db.Add(trail.Entry(AuditAction.DeleteModel, name, new { versions = versions.Select(version => Text(version.Version)) }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        served.Forget(caller.TeamId, name);
        return TypedResults.NoContent();
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleVersion(
        string name,
        int version,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        ServedVersions served,
        CancellationToken cancel
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var found = await HoldAsync(db, caller.TeamId, name, version, cancel);
        if (found.Count == 0)
            return Problems.NotFound("model version", $"{name}/{version}");
        if (await AliasesAsync(db, found, cancel) is { Count: > 0 } aliases)
            return Aliased($"version {version} of '{name}'", aliases);
        await ModelRemoval.RemoveAsync(db, found, cancel);
        db.Add(trail.Entry(AuditAction.DeleteVersion, $"{name}:{version}", new { job = found[0].JobId }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        served.Forget(caller.TeamId, name);
        return TypedResults.NoContent();
    }

    /// <summary>One version, or with null all, locked: an alias that is set meanwhile waits for them, and then finds none.</summary>
    private static Task<List<ModelVersion>> HoldAsync(ConcatDb db, int teamId, string name, int? version, CancellationToken cancel) =>
        db
            .ModelVersions.FromSql(
                $"""
                select v.* from model_versions v join models m on m.id = v.model_id
                where m.team_id = {teamId} and m.name = {name} and ({version}::integer is null or v.version = {version})
                order by v.version for update of v
                """
            )
            .AsNoTracking()
            .ToListAsync(cancel);

    private static Task<List<string>> AliasesAsync(ConcatDb db, List<ModelVersion> versions, CancellationToken cancel)
    {
        var (model, numbers) = (versions[0].ModelId, versions.ConvertAll(version => version.Version));
        return db
            .ModelAliases.Where(alias => alias.ModelId == model && numbers.Contains(alias.Version))
            .OrderBy(alias => alias.Name)
            .Select(alias => alias.Name)
            .ToListAsync(cancel);
    }

    private static ProblemHttpResult Aliased(string what, List<string> aliases) =>
        Problems.Of(
            409,
            "model.aliased",
            $"The alias{(aliases.Count == 1 ? "" : "es")} {string.Join(", ", aliases.Select(alias => $"'{alias}'"))} "
                + $"name{(aliases.Count == 1 ? "s" : "")} {what}. An admin moves or deletes that first."
        );

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);
}
