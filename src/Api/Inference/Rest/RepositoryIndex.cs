using ConcatService.Api.Access;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// POST /v2/repository/index: what there is to ask (Triton's extension <c>model_repository</c>). Every version is loaded when it is asked
/// for, so that all are ready but those in quarantine that no alias names.
/// </summary>
internal static class RepositoryIndex
{
    public sealed record Entry(string Name, string Version, string State, string Reason);

    public static async Task<IReadOnlyList<Entry>> Handle(Caller caller, ConcatDb db, CancellationToken cancel)
    {
        var rows = await db.ModelVersions.Where(version => version.TeamId == caller.TeamId)
            .Join(
                db.Models,
                version => version.ModelId,
                model => model.Id,
                (version, model) => new
                {
                    model.Name,
                    version.Version,
                    IsServed = version.State == ModelVersion.Ready
                        || db.ModelAliases.Any(alias => alias.ModelId == version.ModelId && alias.Version == version.Version),
                }
            )
            .OrderBy(row => row.Name).ThenBy(row => row.Version).ToListAsync(cancel);
        return
        [
            .. rows.Select(row => row.IsServed
                ? new Entry(row.Name, row.Version.ToString(), "READY", "")
                : new Entry(row.Name, row.Version.ToString(), "UNAVAILABLE", ServedVersions.Quarantined)),
        ];
    }
}
