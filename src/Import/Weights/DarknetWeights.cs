using System.Buffers.Binary;
using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Weights;

/// <summary>
/// Darknet's <c>.weights</c>: three whole numbers of version, how many pictures were seen, then float32 without names or sizes. The network
/// that a job trains says how they are cut.
/// </summary>
internal static class DarknetWeights
{
    /// <summary>The one tensor that such a file is kept as.</summary>
    private const string Numbers = "numbers";

    /// <summary>Version 0.1 or 0.2, as its programs write; from 0.2 on the count of pictures has 8 bytes.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start, long fileBytes) =>
        start.Length >= 20
        && BinaryPrimitives.ReadInt32LittleEndian(start) == 0
        && BinaryPrimitives.ReadInt32LittleEndian(start[4..]) is 1 or 2
        && BinaryPrimitives.ReadInt32LittleEndian(start[8..]) is >= 0 and < 100
        && (fileBytes - HeaderBytes(start)) % 4 == 0;

    public static StoredWeights Read(Stream file)
    {
        Span<byte> start = stackalloc byte[8];
        file.ReadExactly(start);
        var header = HeaderBytes(start);
        var bytes = file.Length - header;
        return new("darknet", [new(Numbers, "F32", [bytes / 4], header, bytes)]);
    }

    private static int HeaderBytes(ReadOnlySpan<byte> start) => BinaryPrimitives.ReadInt32LittleEndian(start[4..]) >= 2 ? 20 : 16;
}
