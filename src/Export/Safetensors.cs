using System.Buffers.Binary;
using System.Text.Json;

namespace ConcatService.Export;

/// <summary>A tensor for a safetensors file.</summary>
/// <param name="DType"><c>F32</c> or <c>I64</c>.</param>
/// <param name="LengthBytes">Of its numbers.</param>
/// <param name="Write">Writes the numbers: little-endian, in row-major order.</param>
public sealed record SafeTensor(string Name, string DType, IReadOnlyList<long> Dims, long LengthBytes, Action<Stream> Write)
{
    public static SafeTensor Of(string name, string dtype, IReadOnlyList<long> dims, ReadOnlyMemory<byte> numbers) =>
        new(name, dtype, dims, numbers.Length, stream => stream.Write(numbers.Span));
}

/// <summary>Writes tensors by name: a length, a JSON header, then the numbers. Nothing in such a file can be executed.</summary>
/// <remarks>Format: https://github.com/huggingface/safetensors#format.</remarks>
public static class Safetensors
{
    /// <summary>Writes the tensors in this order; names must differ.</summary>
    public static void Write(Stream stream, IReadOnlyList<SafeTensor> tensors)
    {
        var header = Header(tensors);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in tensors)
            tensor.Write(stream);
    }

    /// <summary>Filled with spaces to a multiple of 8, so that the numbers are aligned.</summary>
    private static byte[] Header(IReadOnlyList<SafeTensor> tensors)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.DType);
                Numbers(writer, "shape", tensor.Dims);
                Numbers(writer, "data_offsets", [offset, offset += tensor.LengthBytes]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
            stream.WriteByte((byte)' ');
        return stream.ToArray();
    }

    private static void Numbers(Utf8JsonWriter writer, string name, IEnumerable<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
