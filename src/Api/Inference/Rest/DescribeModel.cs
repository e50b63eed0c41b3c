using ConcatService.Api.Access;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Rest;

/// <summary>GET /v2/models/{name}[/versions/{version}], …/ready and …/config.</summary>
internal static class DescribeModel
{
    public sealed record Metadata(
        string Name,
        IReadOnlyList<string> Versions,
        string Platform,
        IReadOnlyList<TensorInfo> Inputs,
        IReadOnlyList<TensorInfo> Outputs
    );

    public sealed record Readiness(string Name, bool Ready);

    public static async Task<Metadata> Handle(
        string name,
        string? version,
        Caller caller,
        ServedVersions versions,
        CancellationToken cancel
    )
    {
        var found = await versions.FindAsync(caller.TeamId, name, version, cancel);
        var all = await versions.AllAsync(caller.TeamId, name, cancel);
        return new(name, [.. all.Select(each => each.Version)], "onnx_onnxv1", found.Signature.Inputs, found.Signature.Outputs);
    }

    public static async Task<Readiness> HandleReady(
        string name,
        string? version,
        Caller caller,
        ServedVersions versions,
        CancellationToken cancel
    )
    {
        await versions.FindAsync(caller.TeamId, name, version, cancel);
        return new(name, true);
    }

    public static async Task<ModelConfig> HandleConfig(
        string name,
        string? version,
        Caller caller,
        ServedVersions versions,
        CancellationToken cancel
    ) => ModelConfig.Of(name, (await versions.FindAsync(caller.TeamId, name, version, cancel)).Signature);
}
