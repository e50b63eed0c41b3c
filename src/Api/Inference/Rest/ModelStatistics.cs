using ConcatService.Api.Access;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// GET /v2/models[/{name}[/versions/{version}]]/stats: Triton's extension <c>statistics</c>, of this process since it started.
/// </summary>
internal static class ModelStatistics
{
    public sealed record Response(IReadOnlyList<Model> ModelStats);

    public sealed record Model(
        string Name,
        string Version,
        long LastInference,
        long InferenceCount,
        long ExecutionCount,
        Stages InferenceStats,
        IReadOnlyList<Batch> BatchStats
    );

    public sealed record Stages(
        Duration Success,
        Duration Fail,
        Duration Queue,
        Duration ComputeInput,
        Duration ComputeInfer,
        Duration ComputeOutput,
        Duration CacheHit,
        Duration CacheMiss
    );

    public sealed record Batch(long BatchSize, Duration ComputeInput, Duration ComputeInfer, Duration ComputeOutput);

    public sealed record Duration(long Count, long Ns);

    private static readonly Duration None = new(0, 0);

    public static Response HandleAll(Caller caller, ServedVersions versions) =>
        new([.. versions.Known.Where(known => known.TeamId == caller.TeamId).Select(known => Of(known.Version))]);

    /// <summary>Of one version, or with none named of all of them.</summary>
    public static async Task<Response> Handle(
        string name,
        string? version,
        Caller caller,
        ServedVersions versions,
        CancellationToken cancel
    )
    {
        var found = await versions.FindAsync(caller.TeamId, name, version, cancel);
        return new([.. version is null ? (await versions.AllAsync(caller.TeamId, name, cancel)).Select(Of) : [Of(found)]]);
    }

    private static Model Of(ServedVersion version)
    {
        var stats = version.Stats;
        var fail = ModelStats.Reasons.Select(stats.Failure).ToList();
        return new(
            version.Model,
            version.Version,
            stats.LastMilliseconds,
            stats.Samples,
            stats.Executions,
            new(
                Sum(stats.Success),
                new(fail.Sum(each => each.Count), fail.Sum(each => each.Nanoseconds)),
                Sum(stats.Queue),
                Sum(stats.Input),
                Sum(stats.Compute),
                Sum(stats.Output),
                None,
                None
            ),
            [
                .. stats
                    .Batches.OrderBy(batch => batch.Key)
                    .Select(batch => new Batch(batch.Key, Sum(batch.Value.Input), Sum(batch.Value.Compute), None)),
            ]
        );
    }

    private static Duration Sum(Tally tally) => new(tally.Count, tally.Nanoseconds);
}
