using System.Buffers;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference;

/// <summary>Numbers in JSON, nested or flat, and tensors. What cannot be read is refused with its place.</summary>
internal static class Tensors
{
    /// <summary>A tensor of this type and shape from row-major numbers, however they are nested.</summary>
    /// <param name="where">The place in messages: <c>/inputs/0/data</c>.</param>
    public static OrtValue Read(JsonElement data, string datatype, long[] shape, string where)
    {
        var count = Count(shape, where);
        return datatype == "INT64"
            ? Create<long>(data, count, shape, where, static (JsonElement item, out long value) => item.TryGetInt64(out value), "whole numbers")
            : Create<float>(data, count, shape, where, static (JsonElement item, out float value) => item.TryGetSingle(out value) && float.IsFinite(value), "numbers that a float holds");
    }

    /// <summary>Writes the values as a flat list, row-major. What is not a number has no form in JSON and becomes null.</summary>
    public static void WriteData(Utf8JsonWriter writer, OrtValue tensor)
    {
        writer.WriteStartArray();
        if (tensor.GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64)
        {
            foreach (var value in tensor.GetTensorDataAsSpan<long>())
                writer.WriteNumberValue(value);
        }
        else
        {
            foreach (var value in tensor.GetTensorDataAsSpan<float>())
            {
                if (float.IsFinite(value))
                    writer.WriteNumberValue(value);
                else
                    writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }

    private delegate bool Parse<T>(JsonElement item, out T value);

    private static int Count(long[] shape, string where)
    {
        try
        {
            return checked((int)shape.Aggregate(1L, (product, size) => checked(product * size)));
        }
        catch (OverflowException)
        {
            throw new InferenceException("inference.too_large", $"{where}: a tensor of shape [{string.Join(", ", shape)}] is too large.");
        }
    }

    private static OrtValue Create<T>(JsonElement data, int count, long[] shape, string where, Parse<T> parse, string expected) where T : unmanaged
    {
        var values = new ArrayBufferWriter<T>();
        Collect(data);
        if (values.WrittenCount != count)
            throw new InferenceException("inference.element_count", $"{where} has {values.WrittenCount} numbers; a tensor of shape [{string.Join(", ", shape)}] has {count}.");
        return OrtValue.CreateTensorValueFromMemory(values.WrittenSpan.ToArray(), shape);

        void Collect(JsonElement item)
        {
            if (item.ValueKind == JsonValueKind.Array)
            {
                foreach (var inner in item.EnumerateArray())
                    Collect(inner);
            }
            else if (item.ValueKind == JsonValueKind.Number && parse(item, out var value))
            {
                values.GetSpan(1)[0] = value;
                values.Advance(1);
            }
            else
            {
                var shown = item.GetRawText();
                throw new InferenceException("inference.data", $"{where} holds {(shown.Length <= 40 ? shown : shown[..40] + "…")}; expected {expected}.");
            }
        }
    }
}
