using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Memory;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ConcatService.Api.Inference.Rest;

/// <summary>The elements of a tensor in JSON, nested or flat, and in memory. What cannot be read is refused with its place.</summary>
internal static class JsonElements
{
    private const int MaxDepth = 64;
    private static readonly SearchValues<byte> Ends = SearchValues.Create(",[] \n\r\t"u8);

    /// <summary>Bytes from an opening bracket to behind the one that closes it.</summary>
    /// <exception cref="JsonException">There is none.</exception>
    public static int LengthOfList(ReadOnlySpan<byte> json)
    {
        for (var (at, depth) = (0, 0); at < json.Length;)
        {
            var step = json[at..].IndexOfAny((byte)'[', (byte)']', (byte)'"');
            if (step < 0)
                break;
            at += step + 1;
            if (json[at - 1] == '"')
            {
                at += LengthOfText(json[at..]);
                continue;
            }

            depth += json[at - 1] == '[' ? 1 : -1;
            if (depth == 0)
                return at;
            if (depth > MaxDepth)
                throw new JsonException($"A list is nested more than {MaxDepth} deep.");
        }

        throw new JsonException("A list does not end.");
    }

    private static int LengthOfText(ReadOnlySpan<byte> json)
    {
        for (var at = 0; at < json.Length; at++)
        {
            if (json[at] == '"')
                return at + 1;
            if (json[at] == '\\')
                at++;
        }

        throw new JsonException("A string does not end.");
    }

    /// <summary>The elements of a tensor, all of them and no more.</summary>
    /// <param name="json">The list with its brackets.</param>
    /// <param name="bytes">What a tensor of this shape has.</param>
    /// <param name="where">The place in messages: <c>/inputs/0/data</c>.</param>
    /// <param name="memory">Of the request: where the elements go.</param>
    public static ReadOnlyMemory<byte> Read(
        ReadOnlySpan<byte> json,
        ElementType type,
        long[] shape,
        int bytes,
        MemoryShare memory,
        string where
    )
    {
        // Every element has a digit and a comma: for a shape that promises more than is there, no memory is taken.
        var elements = memory.Rent(Math.Min(bytes, (json.Length / 2 + 1) * type.Bytes));
        var destination = elements.Span;
        var count = type.Onnx switch
        {
            TensorElementType.Float => ReadAll<float, FloatingPoint>(json, destination, where),
            TensorElementType.Double => ReadAll<double, FloatingPoint>(json, destination, where),
            TensorElementType.Int64 => ReadAll<long, Whole<long>>(json, destination, where),
            TensorElementType.Int32 => ReadAll<int, Whole<int>>(json, destination, where),
            TensorElementType.Int16 => ReadAll<short, Whole<short>>(json, destination, where),
            TensorElementType.Int8 => ReadAll<sbyte, Whole<sbyte>>(json, destination, where),
            TensorElementType.UInt64 => ReadAll<ulong, Whole<ulong>>(json, destination, where),
            TensorElementType.UInt32 => ReadAll<uint, Whole<uint>>(json, destination, where),
            TensorElementType.UInt16 => ReadAll<ushort, Whole<ushort>>(json, destination, where),
            TensorElementType.UInt8 => ReadAll<byte, Whole<byte>>(json, destination, where),
            TensorElementType.Bool => ReadAll<bool, Truth>(json, destination, where),
            _ => throw new InferenceException(
                "inference.binary_only",
                $"{where}: {type.Name} has no form in JSON; send it as bytes, with binary_data_size."
            ),
        };
        var wanted = bytes / type.Bytes;
        return count == wanted
            ? elements
            : throw new InferenceException(
                "inference.element_count",
                $"{where} has {count} elements; a tensor of shape [{string.Join(", ", shape)}] has {wanted}."
            );
    }

    /// <summary>Writes the elements as a flat list, row-major. What is not a number has no form in JSON and becomes null.</summary>
    public static void Write(Utf8JsonWriter writer, ElementType type, ReadOnlySpan<byte> data)
    {
        writer.WriteStartArray();
        switch (type.Onnx)
        {
            case TensorElementType.Float:
                foreach (var value in MemoryMarshal.Cast<byte, float>(data))
                {
                    if (float.IsFinite(value))
                        writer.WriteNumberValue(value);
                    else
                        writer.WriteNullValue();
                }

                break;
            case TensorElementType.Double:
                foreach (var value in MemoryMarshal.Cast<byte, double>(data))
                {
                    if (double.IsFinite(value))
                        writer.WriteNumberValue(value);
                    else
                        writer.WriteNullValue();
                }

                break;
            case TensorElementType.Bool:
                foreach (var value in data)
                    writer.WriteBooleanValue(value != 0);
                break;
            case TensorElementType.UInt64:
                foreach (var value in MemoryMarshal.Cast<byte, ulong>(data))
                    writer.WriteNumberValue(value);
                break;
            case TensorElementType.Int64:
                WriteWhole<long>(writer, data);
                break;
            case TensorElementType.Int32:
                WriteWhole<int>(writer, data);
                break;
            case TensorElementType.Int16:
                WriteWhole<short>(writer, data);
                break;
            case TensorElementType.Int8:
                WriteWhole<sbyte>(writer, data);
                break;
            case TensorElementType.UInt32:
                WriteWhole<uint>(writer, data);
                break;
            case TensorElementType.UInt16:
                WriteWhole<ushort>(writer, data);
                break;
            case TensorElementType.UInt8:
                WriteWhole<byte>(writer, data);
                break;
            default:
                throw new InferenceException(
                    "inference.binary_only",
                    $"{type.Name} has no form in JSON; ask for the output as bytes, with binary_data."
                );
        }

        writer.WriteEndArray();
    }

    private static void WriteWhole<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> data) where T : unmanaged, IBinaryInteger<T>
    {
        foreach (var value in MemoryMarshal.Cast<byte, T>(data))
            writer.WriteNumberValue(long.CreateChecked(value));
    }

    /// <summary>How one element is written.</summary>
    private interface IForm<T>
    {
        static abstract bool TryParse(ReadOnlySpan<byte> token, out T value);
    }

    private readonly struct FloatingPoint : IForm<float>, IForm<double>
    {
        public static bool TryParse(ReadOnlySpan<byte> token, out float value) => JsonNumber.TryParse(token, out value);

        public static bool TryParse(ReadOnlySpan<byte> token, out double value) => JsonNumber.TryParse(token, out value);
    }

    private readonly struct Whole<T> : IForm<T> where T : IBinaryInteger<T>
    {
        public static bool TryParse(ReadOnlySpan<byte> token, out T value)
        {
            value = T.Zero;
            var digits = token is [(byte)'-', ..] ? token[1..] : token; // the library takes a plus and zeros in front, which JSON has not
            return digits is [(byte)'0'] or [>= (byte)'1' and <= (byte)'9', ..]
                && T.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value!);
        }
    }

    private readonly struct Truth : IForm<bool>
    {
        public static bool TryParse(ReadOnlySpan<byte> token, out bool value)
        {
            value = token.SequenceEqual("true"u8);
            return value || token.SequenceEqual("false"u8);
        }
    }

    /// <summary>Returns how many elements there are, also where they are more than fit.</summary>
    private static int ReadAll<T, TForm>(ReadOnlySpan<byte> json, Span<byte> destination, string where)
        where T : unmanaged
        where TForm : IForm<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(destination);
        var (count, at, isElementNext, isListEmpty) = (0, 0, true, false);
        while (at < json.Length)
        {
            switch (json[at])
            {
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                    at++;
                    break;
                case (byte)'[' when isElementNext:
                    isListEmpty = true;
                    at++;
                    break;
                case (byte)']' when !isElementNext || isListEmpty:
                    (isElementNext, isListEmpty) = (false, false);
                    at++;
                    break;
                case (byte)',' when !isElementNext:
                    isElementNext = true;
                    at++;
                    break;
                case var _ when isElementNext:
                    var length = json[at..].IndexOfAny(Ends);
                    if (!TForm.TryParse(json.Slice(at, length), out var value))
                        throw Unreadable<T>(json.Slice(at, length), where);
                    if (count < values.Length)
                        values[count] = value;
                    count++;
                    at += length;
                    (isElementNext, isListEmpty) = (false, false);
                    break;
                default:
                    throw new InferenceException(
                        "request.malformed_json",
                        $"The body is not JSON: {where} has '{(char)json[at]}' where a comma or a bracket must be."
                    );
            }
        }

        return count;
    }

    private static InferenceException Unreadable<T>(ReadOnlySpan<byte> token, string where)
    {
        var shown = Encoding.UTF8.GetString(token[..Math.Min(token.Length, 40)]);
        var expected =
            typeof(T) == typeof(bool) ? "true and false"
            : typeof(T) == typeof(float) || typeof(T) == typeof(double) ? "numbers that the datatype holds"
            : "whole numbers that the datatype holds";
        return new("inference.data", $"{where} holds {shown}; expected {expected}.");
    }
}
