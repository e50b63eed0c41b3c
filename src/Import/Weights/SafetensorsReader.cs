using System.Buffers.Binary;
using System.Text.Json;
using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Weights;

/// <summary>A length, a JSON header, then the numbers, which must follow each other without a gap or an overlap.</summary>
/// <remarks>Format: https://github.com/huggingface/safetensors#format.</remarks>
internal static class SafetensorsReader
{
    /// <summary>Of the header.</summary>
    private const int MostHeaderBytes = 16_000_000;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static StoredWeights Read(Stream file)
    {
        Span<byte> eight = stackalloc byte[8];
        file.ReadExactly(eight);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(eight);
        if (length > MostHeaderBytes)
            throw WeightsFile.Malformed($"The header says that it has {length} bytes; {MostHeaderBytes} is the most.");
        if ((long)length > file.Length - 8)
            throw WeightsFile.Malformed($"The header says that it has {length} bytes, and the file ends before.");
        var header = new byte[(int)length];
        file.ReadExactly(header);
        return new("safetensors", Tensors(header, 8 + (long)length, file.Length));
    }

    private static List<StoredTensor> Tensors(byte[] header, long start, long fileBytes)
    {
        var tensors = new List<StoredTensor>();
        try
        {
            using var json = JsonDocument.Parse(header, Strict);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw WeightsFile.Malformed("The header is no JSON object.");
            foreach (var entry in json.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
            {
                if (tensors.Count == WeightsFile.MostTensors)
                    throw WeightsFile.TooMany();
                tensors.Add(Tensor(entry.Name, entry.Value, start, fileBytes));
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw WeightsFile.Malformed(
                "The header is not what safetensors writes: by each tensor's name its dtype, shape and data_offsets."
            );
        }

        var at = start;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.LengthBytes))
        {
            if (tensor.Offset != at)
                throw WeightsFile.Malformed(
                    $"The numbers of '{WeightsFile.Shown(tensor.Name)}' begin at {tensor.Offset - start}, and those before it end at "
                        + $"{at - start}: tensors must follow each other."
                );
            at += tensor.LengthBytes;
        }

        return at == fileBytes
            ? tensors
            : throw WeightsFile.Malformed($"The tensors end at byte {at} and the file at {fileBytes}.");
    }

    private static StoredTensor Tensor(string name, JsonElement entry, long start, long fileBytes)
    {
        if (
            entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("dtype", out var dtype)
            || dtype.ValueKind != JsonValueKind.String
        )
            throw new FormatException(name);
        var (shape, ends) = (Numbers(entry, "shape"), Numbers(entry, "data_offsets"));
        if (ends is not [var from, var to] || from < 0 || to < from || to > fileBytes - start)
            throw WeightsFile.Malformed(
                $"The data_offsets of '{WeightsFile.Shown(name)}' are [{string.Join(", ", ends.Take(3))}]; expected a start and an end "
                    + $"from 0 to {fileBytes - start}."
            );
        return WeightsFile.Checked(new(name, dtype.GetString()!, shape, start + from, to - from), fileBytes);
    }

    private static long[] Numbers(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var list) && list.GetArrayLength() <= WeightsFile.MostDimensions
            ? [.. list.EnumerateArray().Select(number => number.GetInt64())]
            : throw new FormatException(name);
}
