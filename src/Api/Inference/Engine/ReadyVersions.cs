using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Inference.Engine;

internal static class ModelReading
{
    /// <summary>The versions of a team's model that can be served, the newest first.</summary>
    public static IQueryable<ModelVersion> ReadyVersions(this ConcatDb db, int teamId, string model) =>
        db
            .ModelVersions.AsNoTracking()
            .Where(version =>
                version.TeamId == teamId
                && version.State == "ready"
                && db.Models.Any(named => named.Id == version.ModelId && named.TeamId == teamId && named.Name == model)
            )
        .OrderByDescending(version => version.Version);

    /// <summary>One version, or with null the newest; null when the team has none such.</summary>
    public static Task<ModelVersion?> FindVersionAsync(
        this ConcatDb db,
        int teamId,
        string model,
        int? version,
        CancellationToken cancel
    ) => db.ReadyVersions(teamId, model).FirstOrDefaultAsync(each => version == null || each.Version == version, cancel);
}
