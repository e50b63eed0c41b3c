namespace ConcatService.Api.Access;

/// <summary>What a key may do. Every route names the one it asks for; a route that names none is open to every key.</summary>
internal static class Scopes
{
    /// <summary>Read jobs, their events and metrics, kept architectures, data sets, and workers.</summary>
    public const string JobsRead = "jobs:read";

    /// <summary>Keep architectures and data sets; start, cancel and delete jobs.</summary>
    public const string JobsWrite = "jobs:write";

    /// <summary>Read the registry and download models.</summary>
    public const string ModelsRead = "models:read";

    /// <summary>Ask models for answers.</summary>
    public const string Infer = "infer";

    /// <summary>Scrape the metrics of the whole instance, and nothing else.</summary>
    public const string Metrics = "metrics";

    /// <summary>Run a team: its keys, sessions and aliases. Holds the four scopes above for its team.</summary>
    public const string Admin = "admin";

    /// <summary>Run the instance: keys of every team, the queue's dashboard, metrics. Holds all other scopes for its own team.</summary>
    public const string Operator = "operator";

    public static IReadOnlyList<string> All { get; } = [JobsRead, JobsWrite, ModelsRead, Infer, Metrics, Admin, Operator];

    /// <summary>What concerns more than the key's own team: an admin cannot hand it out.</summary>
    public static IReadOnlyList<string> OfInstance { get; } = [Metrics, Operator];

    /// <summary>Asks for a key with this scope, or with one that holds it.</summary>
    public static T RequireScope<T>(this T endpoints, string scope) where T : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(policy => policy.RequireClaim(Caller.ScopeClaim, Holding(scope)));

    private static string[] Holding(string scope) =>
        scope switch
        {
            Operator => [Operator],
            Metrics or Admin => [scope, Operator],
            _ => [scope, Admin, Operator],
        };
}
