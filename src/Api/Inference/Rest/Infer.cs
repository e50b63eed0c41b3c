using System.Diagnostics;
using ConcatService.Api.Access;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Rest;

/// <summary>POST /v2/models/{name}[/versions/{version}]/infer, tensors as JSON or as bytes.</summary>
internal static class Infer
{
    /// <summary>For a model of 28x28 gray pictures.</summary>
    public static string Example { get; } = $$"""
        {
          "id": "1",
          "inputs": [
            {
              "name": "image",
              "shape": [1, 1, 28, 28],
              "datatype": "FP32",
              "data": [{{string.Join(", ", Enumerable.Repeat("0", 784))}}]
            }
          ]
        }
        """;

    public static async Task Handle(
        string name,
        string? version,
        HttpContext http,
        Caller caller,
        ServedVersions versions,
        Inferences inferences,
        CancellationToken cancel
    )
    {
        var began = Stopwatch.GetTimestamp();
        var found = await versions.FindAsync(caller.TeamId, name, version, cancel);
        using var request = await InferRequest.ReadAsync(http.Request, found.Signature, cancel);
        using var result = await inferences.RunAsync(found, request.Call, began, request.TimeoutMicroseconds, cancel);
        await InferResponse.WriteAsync(http, found, request, result);
    }
}
