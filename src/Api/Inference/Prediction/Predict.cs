using System.Diagnostics;
using ConcatService.Api.Access;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Memory;

namespace ConcatService.Api.Inference.Prediction;

/// <summary>
/// POST /v1/models/{name}/predict: pictures or rows in, labels out. A picture as the body, several as files of a form, or
/// <c>{ "instances": [ … ] }</c> with a tensor each, nested or flat, or a picture each as <c>{ "b64": "…" }</c>.
/// </summary>
internal static class Predict
{
    /// <summary>For a model of 28x28 gray pictures.</summary>
    public static string Example { get; } = $$"""{ "instances": [ [{{string.Join(", ", Enumerable.Repeat("0", 784))}}] ] }""";

    /// <param name="Probabilities">By label.</param>
    public sealed record Prediction(string Label, double Probability, IReadOnlyDictionary<string, double> Probabilities);

    /// <param name="Milliseconds">In the model alone.</param>
    public sealed record Response(IReadOnlyList<Prediction> Predictions, string ModelVersion, double Milliseconds);

    /// <param name="version">A number, <c>latest</c> or an alias, in the query.</param>
    public static async Task<Response> Handle(
        string name,
        string? version,
        HttpContext http,
        Caller caller,
        ServedVersions versions,
        ModelCache cache,
        Inferences inferences,
        CancellationToken cancel
    )
    {
        var began = Stopwatch.GetTimestamp();
        var found = await versions.FindAsync(caller.TeamId, name, version, cancel);
        using var lease = await cache.UseAsync(found.Row, cancel);
        var call = await Instances.ReadAsync(http.Request, lease.Model, cancel);
        MemoryShare.Of(http).Take(call.RunBytes);
        using var result = await inferences.RunAsync(found, call, began, timeoutMicroseconds: 0, cancel);
        var elapsed = TimeSpan.FromSeconds(result.Times.ComputeTicks / (double)Stopwatch.Frequency).TotalMilliseconds;
        return new(Labels.Of(result, lease.Model), found.Version, Math.Round(elapsed, 3));
    }
}
