using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// Writes an infer response: the JSON, then the outputs that go as bytes, straight from ONNX Runtime's memory into the connection's
/// buffers.
/// </summary>
internal static class InferResponse
{
    /// <summary>Below it a compressed answer costs more time than it saves.</summary>
    private const int MinCompressedBytes = 1024;

    public static async Task WriteAsync(HttpContext http, ServedVersion version, InferRequest request, InferenceResult result)
    {
        var json = Json(version, request, result);
        var binaryBytes = 0;
        for (var i = 0; i < result.Count; i++)
            binaryBytes += request.BinaryOutputs[i] ? result.Data(i).Length : 0;

        var response = http.Response;
        var isBinary = request.BinaryOutputs.Contains(true);
        response.ContentType = isBinary ? "application/octet-stream" : "application/json";
        if (isBinary)
            response.Headers[InferBody.HeaderLength] = json.WrittenCount.ToString();
        if (json.WrittenCount + binaryBytes >= MinCompressedBytes && Compression(http.Request) is { } encoding)
        {
            response.Headers.ContentEncoding = encoding;
            await using Stream compressed =
                encoding == "gzip"
                    ? new GZipStream(response.Body, CompressionLevel.Fastest)
                    : new ZLibStream(response.Body, CompressionLevel.Fastest);
            await compressed.WriteAsync(json.WrittenMemory, http.RequestAborted);
            for (var i = 0; i < result.Count; i++)
            {
                if (request.BinaryOutputs[i])
                    await compressed.WriteAsync(result.Data(i).ToArray(), http.RequestAborted);
            }

            return;
        }

        response.ContentLength = json.WrittenCount + binaryBytes;
        var writer = response.BodyWriter;
        writer.Write(json.WrittenSpan);
        for (var i = 0; i < result.Count; i++)
        {
            if (request.BinaryOutputs[i])
                writer.Write(result.Data(i));
        }

        await writer.FlushAsync(http.RequestAborted);
    }

    private static ArrayBufferWriter<byte> Json(ServedVersion version, InferRequest request, InferenceResult result)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("model_name"u8, version.Model);
        writer.WriteString("model_version"u8, version.Version);
        if (request.Id is not null)
            writer.WriteString("id"u8, request.Id);
        writer.WriteStartArray("outputs"u8);
        for (var i = 0; i < result.Count; i++)
            Output(writer, result, i, request.BinaryOutputs[i]);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer;
    }

    private static void Output(Utf8JsonWriter writer, InferenceResult result, int index, bool isBinary)
    {
        var info = result.Info(index);
        writer.WriteStartObject();
        writer.WriteString("name"u8, info.Name);
        writer.WriteString("datatype"u8, info.Datatype);
        writer.WriteStartArray("shape"u8);
        foreach (var size in result.Shapes[index])
            writer.WriteNumberValue(size);
        writer.WriteEndArray();
        if (isBinary)
        {
            writer.WriteStartObject("parameters"u8);
            writer.WriteNumber("binary_data_size"u8, result.Data(index).Length);
            writer.WriteEndObject();
        }
        else
        {
            writer.WritePropertyName("data"u8);
            JsonElements.Write(writer, info.Type, result.Data(index));
        }

        writer.WriteEndObject();
    }

    /// <summary>The first way that the client takes and we have; null for none.</summary>
    private static string? Compression(HttpRequest request) =>
        request.Headers.AcceptEncoding.Count == 0
            ? null
            : request
                .GetTypedHeaders()
                .AcceptEncoding.Where(accepted => accepted.Quality is null or > 0 && accepted.Value.Value is "gzip" or "deflate")
                .OrderByDescending(accepted => accepted.Quality ?? 1)
                .FirstOrDefault()
                ?.Value.Value;
}
