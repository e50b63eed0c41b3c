using ConcatService.Api.Errors;
using ConcatService.Api.Health;
using ConcatService.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Inference.Rest;

/// <summary>GET /v2, /v2/health/live, /v2/health/ready.</summary>
internal static class ServerHealth
{
    public sealed record Health(bool Live, bool Ready);

    public sealed record Metadata(string Name, string Version, IReadOnlyList<string> Extensions);

    /// <summary>Of both doors.</summary>
    public static Metadata Server { get; } =
        new(
            "concat-service",
            Release.Version,
            ["binary_tensor_data", "model_configuration", "model_repository", "statistics"]
        );

    public static Ok<Health> Live() => TypedResults.Ok(new Health(true, true));

    /// <summary>503 without the database: models are looked up there.</summary>
    public static async Task<Results<Ok<Health>, ProblemHttpResult>> ReadyAsync(Readiness readiness, CancellationToken cancel) =>
        await readiness.ReasonAgainstAsync(cancel) is { } reason
            ? Problems.Of(503, "database.not_migrated", reason)
            : TypedResults.Ok(new Health(true, true));

    public static Ok<Metadata> Describe() => TypedResults.Ok(Server);
}
