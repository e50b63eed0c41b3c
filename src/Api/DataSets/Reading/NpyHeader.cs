using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>The start of an .npy file: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html</summary>
/// <param name="Kind"><c>b</c> boolean, <c>i</c> and <c>u</c> whole, <c>f</c> real.</param>
/// <param name="ItemBytes">1 to 8.</param>
/// <param name="Shape">Samples first.</param>
internal sealed partial record NpyHeader(char Kind, int ItemBytes, long[] Shape)
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxRank = 8;

    /// <summary>Reads it off a stream, which is then at the first value.</summary>
    /// <exception cref="UploadException">It is none, or announces what is not taken: objects, text, records, Fortran's order, big-endian
    /// numbers.</exception>
    public static NpyHeader Read(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[12];
        Fill(stream, start[..8], name);
        if (start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
            throw UploadException.Malformed($"{name} is no .npy file: it starts with {Convert.ToHexString(start[..6])}.");
        var wide = start[6] >= 2;                                               // from version 2 on the length has four bytes
        Fill(stream, start[8..(wide ? 12 : 10)], name);
        var length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (length > MaxBytes)
            throw UploadException.Malformed($"{name} announces a header of {length} bytes; at most {MaxBytes} are read.");
        var text = new byte[length];
        Fill(stream, text, name);
        return Parse(Encoding.UTF8.GetString(text), name);
    }

    private static NpyHeader Parse(string text, string name)
    {
        var (type, order, shape) = (TypePattern().Match(text), OrderPattern().Match(text), ShapePattern().Match(text));
        if (text.Contains("'O'") || text.Contains("|O"))
            throw new UploadException(
                "dataset.objects",
                $"{name} holds pickled Python objects, which are never loaded. Save arrays of numbers: np.asarray(…, dtype=np.float32)."
            );
        if (!type.Success || !order.Success || !shape.Success)
            throw UploadException.Malformed($"{name} has a header that cannot be read: {Shown.Of(text.Trim())}");
        var (endian, kind, bytes) = (
            type.Groups[1].Value[0],
            type.Groups[2].Value[0],
            int.Parse(type.Groups[3].Value, CultureInfo.InvariantCulture)
        );
        if ((kind, bytes) is not (('b', 1) or ('i' or 'u', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8)))
            throw new UploadException(
                "dataset.dtype",
                $"{name} holds {type.Groups[0].Value}, which is not taken: use bool, a whole or a real number type."
            );
        if (endian == '>' && bytes > 1)
            throw new UploadException("dataset.dtype", $"{name} holds big-endian numbers. Save it as {name}.astype('<{kind}{bytes}').");
        if (order.Groups[1].Value == "True")
            throw new UploadException(
                "dataset.fortran_order",
                $"{name} is in Fortran's order, columns first. Save it as np.ascontiguousarray({name})."
            );
        return new(kind, bytes, Sizes(shape.Groups[1].Value, name));
    }

    private static long[] Sizes(string text, string name)
    {
        var sizes = new List<long>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size > int.MaxValue)
                throw UploadException.Malformed($"{name} announces the size {Shown.Of(part)}.");
            sizes.Add(size);
        }

        if (sizes.Count is 0 or > MaxRank)
            throw new UploadException(
                "dataset.shape",
                $"{name} has {sizes.Count} dimensions; 1 to {MaxRank} are taken, the first one counts the samples."
            );
        return [.. sizes];
    }

    private static void Fill(Stream stream, Span<byte> target, string name)
    {
        if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
            throw UploadException.Malformed($"{name} ends within its header.");
    }

    [GeneratedRegex("'descr'\\s*:\\s*'([<>|=])([a-zA-Z])([0-9]{1,4})[^']*'")]
    private static partial Regex TypePattern();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([0-9, ]*)\\)")]
    private static partial Regex ShapePattern();
}
