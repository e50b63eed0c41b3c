using ConcatService.Api.Access;

namespace ConcatService.Api.Tests.Access;

/// <summary>What another team gets at a route.</summary>
public enum Stranger
{
    /// <summary>Its own, or what is the same for everybody.</summary>
    Own,

    /// <summary>404: the route names something that belongs to a team.</summary>
    NotFound,

    /// <summary>404, but operators manage it for every team.</summary>
    NotFoundButOperators,

    /// <summary>Only operators get in, and they see every team.</summary>
    AllTeams,
}

/// <summary>A route and who may call it.</summary>
/// <param name="Method">HTTP's.</param>
/// <param name="Path">As in the OpenAPI document.</param>
/// <param name="Who"><c>anybody</c>, <c>any-key</c>, <c>own-pages</c> (a browser on a page of the service), or a scope.</param>
public sealed record AccessRow(string Method, string Path, string Who, Stranger Stranger)
{
    public const string Anybody = "anybody", AnyKey = "any-key", OwnPages = "own-pages";

    /// <summary>Whether a key with these scopes may call it.</summary>
    public bool Admits(IReadOnlyCollection<string> scopes) => Who == AnyKey || Holding(Who).Any(scopes.Contains);

    public override string ToString() => $"{Method} {Path}";

    private static string[] Holding(string scope) =>
        scope switch
        {
            Scopes.Operator => [Scopes.Operator],
            Scopes.Admin => [Scopes.Admin, Scopes.Operator],
            Scopes.Metrics => [Scopes.Metrics, Scopes.Operator],
            Scopes.JobsRead or Scopes.JobsWrite or Scopes.ModelsRead or Scopes.Infer => [scope, Scopes.Admin, Scopes.Operator],
            _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "neither a scope nor a word of the table"),
        };
}

/// <summary>
/// Who may call what, and what a key of another team gets there: its own (<c>-</c>), a 404 (<c>404</c>), a 404 unless it is an operator
/// (<c>404*</c>), or, as an operator, what all teams have (<c>all</c>). A route without a row fails the test.
/// </summary>
internal static class AccessTable
{
    private const string Text = """
        GET     /                                                       anybody      -
        GET     /login                                                  anybody      -
        POST    /login                                                  own-pages    -
        POST    /logout                                                 own-pages    -
        GET     /health/live                                            anybody      -
        GET     /health/ready                                           anybody      -
        GET     /metrics                                                metrics      all
        GET     /hangfire/{**path}                                      operator     all

        POST    /v1/architectures/validate                              any-key      -
        POST    /v1/architectures/repair                                any-key      -
        POST    /v1/architectures/import                                any-key      -
        POST    /v1/architectures/pytorch                               any-key      -
        POST    /v1/architectures/graph.svg                             any-key      -
        POST    /v1/architectures                                       jobs:write   -
        GET     /v1/architectures                                       jobs:read    -
        GET     /v1/architectures/{id}                                  jobs:read    404
        GET     /v1/architectures/{id}/graph.svg                        jobs:read    404

        GET     /v1/schema                                              anybody      -
        GET     /v1/operators                                           any-key      -
        GET     /v1/diagnostics                                         any-key      -
        GET     /v1/gallery                                             any-key      -
        GET     /v1/gallery/{name}                                      any-key      -

        GET     /v1/datasets                                            jobs:read    -
        POST    /v1/datasets                                            jobs:write   -
        GET     /v1/datasets/{name}                                     jobs:read    404
        GET     /v1/datasets/{name}/samples                             jobs:read    404
        GET     /v1/datasets/{name}/pictures/{number}                   jobs:read    404
        DELETE  /v1/datasets/{name}                                     jobs:write   404

        GET     /v1/weights                                             jobs:read    -
        POST    /v1/weights                                             jobs:write   -
        GET     /v1/weights/{id}                                        jobs:read    404
        DELETE  /v1/weights/{id}                                        jobs:write   404

        GET     /v1/workers                                             jobs:read    -
        POST    /v1/jobs                                                jobs:write   -
        GET     /v1/jobs                                                jobs:read    -
        GET     /v1/jobs/{id}                                           jobs:read    404
        GET     /v1/jobs/{id}/architecture                              jobs:read    404
        GET     /v1/jobs/{id}/graph.svg                                 jobs:read    404
        GET     /v1/jobs/{id}/plot.svg                                  jobs:read    404
        GET     /v1/jobs/{id}/events                                    jobs:read    404
        GET     /v1/jobs/{id}/metrics                                   jobs:read    404
        GET     /v1/jobs/{id}/concats                                   jobs:read    404
        GET     /v1/jobs/{id}/answers                                   jobs:read    404
        GET     /v1/jobs/{id}/answers/pictures/{sample}                 jobs:read    404
        GET     /v1/jobs/{id}/checkpoints                               jobs:read    404
        GET     /v1/jobs/{id}/checkpoints/{step}/export                 jobs:read    404
        POST    /v1/jobs/{id}/checkpoints/{step}/export                 jobs:write   404
        POST    /v1/jobs/{id}/pause                                     jobs:write   404
        POST    /v1/jobs/{id}/resume                                    jobs:write   404
        POST    /v1/jobs/{id}/cancel                                    jobs:write   404
        POST    /v1/jobs/{id}/repair                                    jobs:write   404
        DELETE  /v1/jobs/{id}                                           jobs:write   404

        POST    /v1/studies                                             jobs:write   -
        GET     /v1/studies                                             jobs:read    -
        GET     /v1/studies/{id}                                        jobs:read    404
        GET     /v1/studies/{id}/report                                 jobs:read    404
        GET     /v1/studies/{id}/plot.svg                               jobs:read    404
        POST    /v1/studies/{id}/cancel                                 jobs:write   404
        DELETE  /v1/studies/{id}                                        jobs:write   404

        GET     /v1/me                                                  any-key      -
        GET     /v1/keys                                                admin        all
        POST    /v1/keys                                                admin        -
        POST    /v1/keys/{id}/rotate                                    admin        404*
        DELETE  /v1/keys/{id}                                           admin        404*
        GET     /v1/sessions                                            admin        -
        DELETE  /v1/sessions/{id}                                       admin        404

        GET     /v1/audit                                               admin        all
        GET     /v1/teams                                               operator     all
        PATCH   /v1/teams/{name}                                        operator     all
        DELETE  /v1/teams/{name}                                        operator     all
        GET     /v1/retention                                           admin        -
        PUT     /v1/retention                                           admin        -
        POST    /v1/retention/preview                                   admin        -
        GET     /v1/quotas                                              admin        -
        PUT     /v1/quotas                                              operator     all

        GET     /workbench                                              any-key      -
        GET     /jobs                                                   any-key      -
        GET     /jobs/compare                                           any-key      -
        GET     /jobs/{id}                                              any-key      -
        GET     /studies                                                any-key      -
        GET     /studies/{id}                                           any-key      -
        GET     /data                                                   any-key      -
        GET     /models                                                 any-key      -
        GET     /workers                                                any-key      -
        GET     /keys                                                   any-key      -
        GET     /assets/{file}                                          anybody      -

        GET     /v1/models                                              models:read  -
        GET     /v1/models/{name}                                       models:read  404
        GET     /models/{name}                                          models:read  404
        GET     /v1/models/{name}/versions/{version}                    models:read  404
        DELETE  /v1/models/{name}                                       jobs:write   404
        DELETE  /v1/models/{name}/versions/{version}                    jobs:write   404
        GET     /v1/models/{name}/versions/{version}/bundle             models:read  404
        GET     /v1/models/{name}/versions/{version}/coherence          models:read  404
        GET     /v1/models/{name}/versions/{version}/pytorch            models:read  404
        GET     /v1/models/{name}/onnx                                  models:read  404
        GET     /v1/models/{name}/versions/{version}/onnx               models:read  404
        PUT     /v1/models/{name}/aliases/{alias}                       admin        404
        POST    /v1/models/{name}/aliases/{alias}/back                  admin        404
        DELETE  /v1/models/{name}/aliases/{alias}                       admin        404
        POST    /v1/models/{name}/predict                               infer        404

        GET     /v2/health/live                                         anybody      -
        GET     /v2/health/ready                                        anybody      -
        GET     /v2                                                     infer        -
        POST    /v2/repository/index                                    infer        -
        GET     /v2/models/stats                                        infer        -
        GET     /v2/models/{name}                                       infer        404
        GET     /v2/models/{name}/ready                                 infer        404
        GET     /v2/models/{name}/config                                infer        404
        GET     /v2/models/{name}/stats                                 infer        404
        POST    /v2/models/{name}/infer                                 infer        404
        GET     /v2/models/{name}/versions/{version}                    infer        404
        GET     /v2/models/{name}/versions/{version}/ready              infer        404
        GET     /v2/models/{name}/versions/{version}/config             infer        404
        GET     /v2/models/{name}/versions/{version}/stats              infer        404
        POST    /v2/models/{name}/versions/{version}/infer              infer        404

        POST    /inference.GRPCInferenceService/ServerLive              anybody      -
        POST    /inference.GRPCInferenceService/ServerReady             anybody      -
        POST    /inference.GRPCInferenceService/ServerMetadata          infer        -
        POST    /inference.GRPCInferenceService/RepositoryIndex         infer        -
        POST    /inference.GRPCInferenceService/ModelReady              infer        404
        POST    /inference.GRPCInferenceService/ModelMetadata           infer        404
        POST    /inference.GRPCInferenceService/ModelConfig             infer        404
        POST    /inference.GRPCInferenceService/ModelStatistics         infer        404
        POST    /inference.GRPCInferenceService/ModelInfer              infer        404
        """;

    public static IReadOnlyList<AccessRow> Rows { get; } =
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Row)];

    private static AccessRow Row(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var method, var path, var who, var stranger]
            ? new(
                method,
                path,
                who,
                stranger switch
                {
                    "-" => Stranger.Own,
                    "404" => Stranger.NotFound,
                    "404*" => Stranger.NotFoundButOperators,
                    "all" => Stranger.AllTeams,
                    _ => throw new FormatException(line),
                }
            )
            : throw new FormatException(line);
}
