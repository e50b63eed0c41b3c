using System.Buffers.Binary;
using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// The arrays of an .npz file. <c>image_train</c> is the field <c>image</c> of the training split; an array without such an ending belongs
/// to the training split. Whole numbers become uint8 or int64, real ones float32; pictures of bytes with their channels last become
/// channels-first.
/// </summary>
internal static class Npz
{
    private const int BufferBytes = 1 << 16;
    private const string Extension = ".npy";

    private static readonly (string Ending, Split Split)[] Endings =
    [
        ("_train", Split.Train),
        ("_validation", Split.Validation),
        ("_valid", Split.Validation),
        ("_val", Split.Validation),
        ("_test", Split.Test),
    ];

    public static bool Is(SafeZip zip) =>
        zip.Files.Any() && zip.Files.All(entry => entry.FullName.EndsWith(Extension, StringComparison.Ordinal));

    public static void Read(SafeZip zip, Budget budget, List<Column> columns)
    {
        foreach (var entry in zip.Files)
        {
            if (columns.Count == Sizes.MostColumns)
                throw UploadException.TooLarge($"The archive has more than {Sizes.MostColumns} arrays.");
            var array = entry.FullName[..^Extension.Length];
            var (field, split) = Array.Find(Endings, each => array.EndsWith(each.Ending, StringComparison.Ordinal))
                is { Ending: { } ending } found
                ? (array[..^ending.Length], found.Split)
                : (array, Split.Train);
            if (!FieldNames.IsValid(field))
                throw new UploadException(
                    "dataset.fields",
                    $"The array '{Shown.Of(array)}' has no name that an input or output can have: 1 to 64 letters, digits, '_', '-' or '.'."
                );
            if (columns.Exists(known => known.Name == field && known.Split == split))
                throw new UploadException("dataset.fields", $"There are two arrays for {field} in {split.ToString().ToLowerInvariant()}.");
            using var stream = zip.Open(entry);
            var header = NpyHeader.Read(stream, array);
            var values = Sizes.Check(header.Shape, array);
            var column = ColumnOf(field, split, header, budget);
            columns.Add(column);
            Copy(stream, header, values, column, array);
        }
    }

    private static Column ColumnOf(string field, Split split, NpyHeader header, Budget budget)
    {
        var type = (header.Kind, header.ItemBytes) switch
        {
            ('f', _) => ElementType.Float32,
            ('b', _) or ('u', 1) => ElementType.Uint8,
            _ => ElementType.Int64,
        };
        var shape = header.Shape[1..];
        return new(field, split, type, HasChannelsLast(header) ? [shape[2], shape[0], shape[1]] : shape, budget)
        {
            IsBoolean = header.Kind == 'b',
        };
    }

    /// <summary>[N, H, W, C] of bytes, where no reading as [N, C, H, W] makes sense.</summary>
    private static bool HasChannelsLast(NpyHeader header) =>
        header is { Kind: 'u', ItemBytes: 1, Shape: [_, not (1 or 3 or 4), _, 1 or 3 or 4] };

    private static void Copy(Stream stream, NpyHeader header, long values, Column column, string array)
    {
        var turns = HasChannelsLast(header);
        var atOnce = turns ? (int)column.SampleBytes : BufferBytes / header.ItemBytes;
        var buffer = new byte[atOnce * header.ItemBytes];
        for (var left = values; left > 0; left -= atOnce)
        {
            var bytes = buffer.AsSpan(0, (int)Math.Min(left, atOnce) * header.ItemBytes);
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw UploadException.Malformed($"{array} ends before the {values} values that its header announces.");
            if (turns)
                column.Add(ChannelsFirst(bytes, header.Shape));
            else
                Add(bytes, header, column, array);
        }

        if (stream.ReadByte() >= 0)
            throw UploadException.Malformed($"{array} goes on behind the {values} values that its header announces.");
    }

    private static void Add(ReadOnlySpan<byte> bytes, NpyHeader header, Column column, string array)
    {
        if (column.Type == ElementType.Uint8)
        {
            column.Add(bytes);
            return;
        }

        var count = bytes.Length / header.ItemBytes;
        if (column.Type == ElementType.Float32)
        {
            var reals = new float[count];
            for (var i = 0; i < count; i++)
                reals[i] = Real(bytes[(i * header.ItemBytes)..], header.ItemBytes);
            column.Add(reals);
            return;
        }

        var wholes = new long[count];
        for (var i = 0; i < count; i++)
            wholes[i] = Whole(bytes[(i * header.ItemBytes)..], header, array);
        column.Add(wholes);
    }

    private static float Real(ReadOnlySpan<byte> bytes, int length) => length switch
    {
        2 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        4 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };

    private static long Whole(ReadOnlySpan<byte> bytes, NpyHeader header, string array) => (header.Kind, header.ItemBytes) switch
    {
        ('i', 1) => (sbyte)bytes[0],
        ('i', 2) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ('i', 4) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ('u', 2) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ('u', 4) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        ('u', _) when BinaryPrimitives.ReadUInt64LittleEndian(bytes) > long.MaxValue => throw new UploadException(
            "dataset.dtype",
            $"{array} holds a number above {long.MaxValue}."
        ),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };

    // [H, W, C] -> [C, H, W]
    private static byte[] ChannelsFirst(ReadOnlySpan<byte> sample, long[] shape)
    {
        var (places, channels) = ((int)(shape[1] * shape[2]), (int)shape[3]);
        var turned = new byte[sample.Length];
        for (var i = 0; i < sample.Length; i++)
            turned[(i % channels * places) + (i / channels)] = sample[i];
        return turned;
    }
}
