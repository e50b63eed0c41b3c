using System.Text.Json;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Requests;

namespace ConcatService.Api.Inference.Rest;

/// <summary>The JSON of an infer request, as sent: nothing is checked against a model yet.</summary>
/// <param name="TimeoutMicroseconds"><c>timeout</c>; 0 when there is none.</param>
/// <param name="BinaryOutputs"><c>binary_data_output</c>: what holds for outputs that do not say it themselves.</param>
internal sealed record InferJson(
    string? Id,
    long TimeoutMicroseconds,
    bool BinaryOutputs,
    IReadOnlyList<InferJson.Input> Inputs,
    IReadOnlyList<InferJson.Output> Outputs
)
{
    /// <summary>The reader's own default.</summary>
    private const int MaxDepth = 64;

    /// <param name="BinaryBytes"><c>binary_data_size</c>, when the elements follow the JSON.</param>
    /// <param name="Data">Where the elements lie in the JSON, with their brackets; null when they are not there.</param>
    public sealed record Input(string Name, string Datatype, long[] Shape, long? BinaryBytes, Range? Data);

    public sealed record Output(string Name, bool? Binary);

    /// <exception cref="InferenceException">It is not such an object; the message says where.</exception>
    public static InferJson Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new InferJsonReader(json);
            return reader.Request();
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is no Unicode text.
            var found = MalformedJson.Find(json, MaxDepth);
            var refusal = new InferenceException(MalformedJson.Code, found?.Detail ?? $"The body is not JSON: {malformed.Message}");
            found?.AddTo(refusal.Problem.ProblemDetails);
            throw refusal;
        }
    }
}
