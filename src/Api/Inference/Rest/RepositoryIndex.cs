using ConcatService.Api.Access;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// POST /v2/repository/index: what there is to ask (Triton's extension <c>model_repository</c>). Every version is loaded when it is asked
/// for, so that all are ready.
/// </summary>
internal static class RepositoryIndex
{
    public sealed record Entry(string Name, string Version, string State, string Reason);

    public static async Task<IReadOnlyList<Entry>> Handle(Caller caller, ConcatDb db, CancellationToken cancel)
    {
        var rows = await db.ModelVersions.Where(version => version.TeamId == caller.TeamId && version.State == "ready")
            .Join(db.Models, version => version.ModelId, model => model.Id, (version, model) => new { model.Name, version.Version })
            .OrderBy(row => row.Name).ThenBy(row => row.Version).ToListAsync(cancel);
        return [.. rows.Select(row => new Entry(row.Name, row.Version.ToString(), "READY", ""))];
    }
}
