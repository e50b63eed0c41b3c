using System.Buffers;
using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Memory;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Compiling;

/// <summary>Writes a compilation as the validation report (spec-format, What validation returns).</summary>
public static class ReportWriter
{
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static byte[] Write(Compilation compiled)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        Write(buffer, compiled);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes into a buffer that the caller may use again, such as an HTTP response's.</summary>
    public static void Write(IBufferWriter<byte> buffer, Compilation compiled)
    {
        using var writer = new Utf8JsonWriter(buffer, Readable);
        Write(writer, compiled);
    }

    public static void Write(Utf8JsonWriter writer, Compilation compiled)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("valid", compiled.Verdict == "valid");
        writer.WriteString("verdict", compiled.Verdict);
        var plan = compiled.Plan;
        WriteTotals(writer, plan is null ? null : Totals.Of(plan), plan is null ? null : TrainingMemory.Of(plan));
        writer.WriteStartArray("layers");
        foreach (var row in compiled.Planned.Rows)
            WriteRow(writer, row);
        writer.WriteEndArray();
        writer.WriteStartObject("outputs");
        foreach (var output in compiled.Graph.Outputs)
        {
            writer.WritePropertyName(output.Name);
            WriteShape(writer, compiled.Planned.Shapes.GetValueOrDefault(output.Wire));
        }

        writer.WriteEndObject();
        writer.WriteStartArray("constraints");
        foreach (var constraint in Constraint.Of(compiled.Planned.Conditions))
            WriteConstraint(writer, constraint);
        writer.WriteEndArray();
        writer.WriteStartArray("diagnostics");
        foreach (var diagnostic in compiled.Report.Diagnostics)
            WriteDiagnostic(writer, diagnostic);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>
    /// Writes what a repair did: <c>{ spec, applied: [ { diagnostic, fix } ], left: [ { code, layer, path, reason } ], report }</c>.
    /// </summary>
    public static byte[] Write(Repair repair)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
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
            writer.WriteStartArray("left");
            foreach (var found in repair.Left)
            {
                writer.WriteStartObject();
                writer.WriteString("code", found.Code.Name);
                writer.WriteString("layer", found.Layer);
                writer.WriteString("path", found.Path.ToString());
                writer.WriteString("reason", Repair.Reason(found));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WritePropertyName("report");
            Write(writer, repair.Result);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTotals(Utf8JsonWriter writer, Totals? totals, TrainingMemory? training)
    {
        WriteNumber(writer, Names.Parameters, totals?.Parameters);
        WriteNumber(writer, JsonEncodedText.Encode("buffers"), totals?.Buffers);
        WriteNumber(writer, Names.Macs, totals?.Macs);
        WriteNumber(writer, JsonEncodedText.Encode("activation_bytes_per_sample"), totals?.ActivationBytesPerSample);
        writer.WriteStartObject("training_memory_bytes");
        WriteNumber(writer, JsonEncodedText.Encode("per_sample"), training?.BytesPerSample);
        WriteNumber(writer, JsonEncodedText.Encode("fixed"), training?.FixedBytes);
        writer.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter writer, LayerRow row)
    {
        var layer = row.Layer;
        writer.WriteStartObject();
        writer.WriteString(Names.Name, layer.Name);
        writer.WriteString(Names.Type, layer.Operator.Kind);
        WritePath(writer, layer.Path);
        writer.WriteStartArray(Names.Inputs);
        foreach (var wire in layer.Inputs)
            writer.WriteStringValue(wire.ToString());
        writer.WriteEndArray();
        writer.WritePropertyName(Names.OutputShape);
        WriteShape(writer, row.Output);
        WriteNumber(writer, Names.Parameters, row.Planned?.ParameterCount);
        WriteNumber(writer, Names.Macs, row.Planned?.Macs);
        writer.WriteEndObject();
    }

    private static void WriteConstraint(Utf8JsonWriter writer, Constraint constraint)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol", constraint.Symbol);
        writer.WriteString("condition", constraint.Condition);
        WriteNumber(writer, JsonEncodedText.Encode("counterexample"), constraint.Counterexample);
        writer.WriteString("layer", constraint.Layer);
        writer.WriteEndObject();
    }

    private static void WritePath(Utf8JsonWriter writer, SpecPath path)
    {
        Span<byte> utf8 = stackalloc byte[256];
        if (path.TryFormat(utf8, out var length))
            writer.WriteString(Names.Path, utf8[..length]);
        else
            writer.WriteString(Names.Path, path.ToString());
    }

    /// <summary>One finding, as the report lists it.</summary>
    private static void WriteDiagnostic(Utf8JsonWriter writer, Diagnostic diagnostic)
    {
        writer.WriteStartObject();
        writer.WriteString("code", diagnostic.Code.Name);
        writer.WriteString("severity", AttributeName(diagnostic.Severity));
        writer.WriteString("layer", diagnostic.Layer);
        writer.WriteString("path", diagnostic.Path.ToString());
        WriteSource(writer, diagnostic.Source);
        writer.WriteString("message", diagnostic.Message);
        writer.WriteStartArray("inputs");
        foreach (var input in diagnostic.Inputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name", input.Name);
            WriteShape(writer, "shape"u8, input.Shape);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (diagnostic.Cause is { } cause)
        {
            writer.WriteStartObject("cause");
            writer.WriteString("kind", cause.Kind.Name);
            writer.WriteString("layer", cause.Layer);
            writer.WriteString("path", cause.Path?.ToString());
            WriteSource(writer, cause.Source);
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

    /// <summary>Where a layer came from, where its spec says it: the fields that are given.</summary>
    private static void WriteSource(Utf8JsonWriter writer, LayerSource? source)
    {
        if (source is null)
            return;
        writer.WriteStartObject("source");
        if (source.File is { } file)
            writer.WriteString("file", file);
        WriteGiven("line", source.Line);
        WriteGiven("column", source.Column);
        WriteGiven("end_line", source.EndLine);
        WriteGiven("end_column", source.EndColumn);
        if (source.Text is { } text)
            writer.WriteString("text", text);
        writer.WriteEndObject();

        void WriteGiven(string name, long? value)
        {
            if (value is { } number)
                writer.WriteNumber(name, number);
        }
    }

    /// <summary>One fix, as a finding lists it.</summary>
    private static void WriteFix(Utf8JsonWriter writer, Fix fix)
    {
        writer.WriteStartObject();
        writer.WriteString("id", fix.Id);
        writer.WriteString("kind", AttributeName(fix.Kind));
        writer.WriteString("title", fix.Title);
        writer.WriteString("effect", fix.Effect);
        WriteNumber(writer, JsonEncodedText.Encode("added_parameters"), fix.AddedParameters);
        WriteNumber(writer, JsonEncodedText.Encode("added_macs"), fix.AddedMacs);
        WriteShape(writer, "output_shape"u8, fix.OutputShape);
        if (fix.HoldsFor.Count > 0)
        {
            writer.WriteStartObject("holds_for");
            foreach (var (symbol, condition) in fix.HoldsFor)
                writer.WriteString(symbol, condition);
            writer.WriteEndObject();
        }

        writer.WritePropertyName("patch");
        fix.Patch.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteShape(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Shape? shape)
    {
        writer.WritePropertyName(name);
        WriteShape(writer, shape);
    }

    private static void WriteShape(Utf8JsonWriter writer, Shape? shape)
    {
        if (shape is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var dim in shape.DimSpan)
        {
            if (dim.Known is { } size)
                writer.WriteNumberValue(size);
            else
                writer.WriteStringValue(dim.ToString());
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, JsonEncodedText name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }

    /// <summary>Member names that come once for each layer, encoded beforehand.</summary>
    private static class Names
    {
        public static readonly JsonEncodedText Name = JsonEncodedText.Encode("name"),
            Type = JsonEncodedText.Encode("type"),
            Path = JsonEncodedText.Encode("path"),
            Inputs = JsonEncodedText.Encode("inputs"),
            OutputShape = JsonEncodedText.Encode("output_shape"),
            Parameters = JsonEncodedText.Encode("parameters"),
            Macs = JsonEncodedText.Encode("macs");
    }

    private static string AttributeName(FixKind kind) => kind switch
    {
        FixKind.Edit => "edit",
        FixKind.Adapter => "adapter",
        FixKind.Rewire => "rewire",
        _ => "drop",
    };

    private static string AttributeName(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Condition => "condition",
        Severity.Warning => "warning",
        _ => "info",
    };
}
