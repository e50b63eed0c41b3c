using System.Buffers;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Models;
using ConcatService.Persistence;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference;

/// <summary>POST /v2/models/{name}[/versions/{version}]/infer, tensors as JSON.</summary>
internal static class Infer
{
    /// <summary>For a model of 28x28 grey pictures.</summary>
    public static string Example { get; } =
        $$"""{ "id": "1", "inputs": [ { "name": "image", "shape": [1, 1, 28, 28], "datatype": "FP32", "data": [{{string.Join(", ", Enumerable.Repeat("0", 784))}}] } ] }""";

    public static async Task<IResult> Handle(string name, int? version, JsonBody body, Caller caller, ConcatDb db, ModelCache cache, CancellationToken cancel)
    {
        if (await db.FindVersionAsync(caller.TeamId, name, version, cancel) is not { } found)
            return Problems.NotFound("model", version is null ? name : $"{name}/{version}");
        using var lease = await cache.UseAsync(found, cancel);
        try
        {
            var request = InferRequest.Read(body.Root, lease.Model);
            using var _ = request;
            using var outputs = lease.Model.Run(request.InputNames, request.Inputs, request.OutputNames);
            return TypedResults.Bytes(Write(name, found, request, outputs), "application/json");
        }
        catch (InferenceException refused)
        {
            return refused.Problem;
        }
    }

    private static byte[] Write(string name, ModelVersion version, InferRequest request, IReadOnlyList<OrtValue> outputs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("model_name", name);
        writer.WriteString("model_version", version.Version.ToString());
        if (request.Id is not null)
            writer.WriteString("id", request.Id);
        writer.WriteStartArray("outputs");
        for (var i = 0; i < outputs.Count; i++)
        {
            var type = outputs[i].GetTensorTypeAndShape();
            writer.WriteStartObject();
            writer.WriteString("name", request.OutputNames[i]);
            writer.WriteString("datatype", type.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 ? "INT64" : "FP32");
            writer.WriteStartArray("shape");
            foreach (var size in type.Shape)
                writer.WriteNumberValue(size);
            writer.WriteEndArray();
            writer.WritePropertyName("data");
            Tensors.WriteData(writer, outputs[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
