using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ConcatService.Api.Errors;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/repair: takes the first fix of every fault that has one, and answers the spec that comes out, with what was done
/// to it.
/// </summary>
internal static class RepairArchitecture
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Handle(JsonBody spec)
    {
        var repair = Repair.Of(spec.Root);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Format))
            Write(writer, repair);
        return TypedResults.Bytes(buffer.WrittenSpan.ToArray(), "application/json");
    }

    private static void Write(Utf8JsonWriter writer, Repair repair)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("spec");
        repair.Spec.WriteTo(writer);
        writer.WriteStartArray("applied");
        foreach (var (diagnostic, fix) in repair.Applied)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("diagnostic");
            ReportWriter.WriteDiagnostic(writer, diagnostic);
            writer.WritePropertyName("fix");
            ReportWriter.WriteFix(writer, fix);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("report");
        ReportWriter.Write(writer, repair.Result);
        writer.WriteEndObject();
    }
}
