namespace ConcatService.Api.Hosting;

/// <summary>What this process serves: the <c>api</c>, <c>inference</c>, or both. Inference replicas scale on their own.</summary>
public sealed record Roles(bool Api, bool Inference)
{
    /// <summary>From <c>Service:Roles</c>, a list with commas; both when it is not set.</summary>
    /// <exception cref="InvalidOperationException">A name is not a role.</exception>
    public static Roles From(IConfiguration configuration)
    {
        var names = (configuration["Service:Roles"] ?? "api,inference").Split(
            ',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        return names.Length > 0 && names.All(name => name is "api" or "inference")
            ? new(names.Contains("api"), names.Contains("inference"))
            : throw new InvalidOperationException(
                $"Service:Roles is '{string.Join(',', names)}'; expected api, inference, or both with a comma."
            );
    }
}
