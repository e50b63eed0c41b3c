using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Inference.Engine;

internal static class ModelReading
{
    /// <summary>The versions of a team's model, the newest first: those that are ready, and those in quarantine.</summary>
    public static IQueryable<ModelVersion> VersionsOf(this ConcatDb db, int teamId, string model) =>
        db
            .ModelVersions.AsNoTracking()
            .Where(version =>
                version.TeamId == teamId
                && db.Models.Any(named => named.Id == version.ModelId && named.TeamId == teamId && named.Name == model)
            )
        .OrderByDescending(version => version.Version);

    /// <summary>One version, or with null the newest that is ready; null when the team has none such.</summary>
    public static Task<ModelVersion?> FindVersionAsync(
        this ConcatDb db,
        int teamId,
        string model,
        int? version,
        CancellationToken cancel
    ) => db
        .VersionsOf(teamId, model)
        .FirstOrDefaultAsync(each => version == null ? each.State == ModelVersion.Ready : each.Version == version, cancel);
}
