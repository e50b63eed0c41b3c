using System.Text.Json;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>Writes a compilation as the validation report (spec-format, What validation returns).</summary>
public static class ReportWriter
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Compilation compiled)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(buffer, Readable))
            Write(writer, compiled);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(Utf8JsonWriter writer, Compilation compiled)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("valid", compiled.Verdict == "valid");
        writer.WriteString("verdict", compiled.Verdict);
        WriteTotals(writer, compiled.Plan is { } plan ? Totals.Of(plan) : null);
        writer.WriteStartArray("layers");
        foreach (var row in compiled.Planned.Rows)
            WriteRow(writer, row);
        writer.WriteEndArray();
        writer.WriteStartObject("outputs");
        foreach (var output in compiled.Graph.Outputs)
            WriteShape(writer, output.Name, compiled.Planned.Shapes.GetValueOrDefault(output.Wire));
        writer.WriteEndObject();
        writer.WriteStartArray("constraints");
        writer.WriteEndArray();
        writer.WriteStartArray("diagnostics");
        foreach (var diagnostic in compiled.Report.Diagnostics)
            WriteDiagnostic(writer, diagnostic);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes what a repair did: <c>{ spec, applied: [ { diagnostic, fix } ], report }</c>.</summary>
    public static byte[] Write(Repair repair)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("spec");
            repair.Spec.WriteTo(writer);
            writer.WriteStartArray("applied");
            foreach (var applied in repair.Applied)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("diagnostic");
                WriteDiagnostic(writer, applied.Diagnostic);
                writer.WritePropertyName("fix");
                WriteFix(writer, applied.Fix);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WritePropertyName("report");
            Write(writer, repair.Result);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTotals(Utf8JsonWriter writer, Totals? totals)
    {
        WriteNumber(writer, "parameters", totals?.Parameters);
        WriteNumber(writer, "buffers", totals?.Buffers);
        WriteNumber(writer, "macs", totals?.Macs);
        WriteNumber(writer, "activation_bytes_per_sample", totals?.ActivationBytesPerSample);
        writer.WriteStartObject("training_memory_bytes");
        // Activations are kept for the backward pass, and their gradients are about as large.
        WriteNumber(writer, "per_sample", totals?.ActivationBytesPerSample is { } activations ? Saturating.Multiply(2, activations) : null);
        WriteNumber(writer, "fixed", totals?.TrainingBytesFixed);
        writer.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter writer, LayerRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("name", row.Layer.Name);
        writer.WriteString("type", row.Layer.Operator.Kind);
        writer.WriteString("path", row.Layer.Path.ToString());
        writer.WriteStartArray("inputs");
        foreach (var wire in row.Layer.Inputs)
            writer.WriteStringValue(wire.ToString());
        writer.WriteEndArray();
        WriteShape(writer, "output_shape", row.Output);
        WriteNumber(writer, "parameters", row.Planned?.ParameterCount);
        WriteNumber(writer, "macs", row.Planned?.Macs);
        writer.WriteEndObject();
    }

    /// <summary>One finding, as the report lists it.</summary>
    public static void WriteDiagnostic(Utf8JsonWriter writer, Diagnostic diagnostic)
    {
        writer.WriteStartObject();
        writer.WriteString("code", diagnostic.Code.Name);
        writer.WriteString("severity", AttributeName(diagnostic.Severity));
        writer.WriteString("layer", diagnostic.Layer);
        writer.WriteString("path", diagnostic.Path.ToString());
        writer.WriteString("message", diagnostic.Message);
        writer.WriteStartArray("inputs");
        foreach (var input in diagnostic.Inputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name", input.Name);
            WriteShape(writer, "shape", input.Shape);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (diagnostic.Cause is { } cause)
        {
            writer.WriteStartObject("cause");
            writer.WriteString("kind", cause.Kind);
            writer.WriteString("layer", cause.Layer);
            writer.WriteString("path", cause.Path?.ToString());
            writer.WriteString("explanation", cause.Explanation);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("cause");
        }

        writer.WriteStartArray("fixes");
        foreach (var fix in diagnostic.Fixes)
            WriteFix(writer, fix);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>One fix, as a finding lists it.</summary>
    public static void WriteFix(Utf8JsonWriter writer, Fix fix)
    {
        writer.WriteStartObject();
        writer.WriteString("id", fix.Id);
        writer.WriteString("title", fix.Title);
        writer.WriteString("effect", fix.Effect);
        WriteNumber(writer, "added_parameters", fix.AddedParameters);
        WriteNumber(writer, "added_macs", fix.AddedMacs);
        WriteShape(writer, "output_shape", fix.OutputShape);
        writer.WritePropertyName("patch");
        fix.Patch.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteShape(Utf8JsonWriter writer, string name, Shape? shape)
    {
        if (shape is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var dim in shape.Dims)
        {
            if (dim.Known is { } size)
                writer.WriteNumberValue(size);
            else
                writer.WriteStringValue(dim.ToString());
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }

    private static string AttributeName(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Condition => "condition",
        Severity.Warning => "warning",
        _ => "info",
    };
}
