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

    /// <summary>
    /// Operate the instance: keys of every team, the queue's dashboard, metrics. Holds all other scopes for its own team.
    /// </summary>
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [JobsRead, JobsWrite, ModelsRead, Infer, Admin];

    /// <summary>Asks for a key with this scope, or with <see cref="Admin"/>.</summary>
    public static T RequireScope<T>(this T endpoints, string scope) where T : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(policy => policy.RequireClaim(Caller.ScopeClaim, scope, Admin));
}
