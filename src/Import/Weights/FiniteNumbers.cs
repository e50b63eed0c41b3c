using System.Buffers.Binary;
using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Weights;

/// <summary>Refuses numbers that are not finite: no training begins from them, and no version answers with them.</summary>
public static class FiniteNumbers
{
    private const int BufferBytes = 1 << 20;

    /// <param name="file">One that can seek; read tensor after tensor.</param>
    /// <exception cref="ImportException">A number is infinite or none at all; the message says where.</exception>
    public static void Check(Stream file, StoredWeights weights, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        foreach (var tensor in weights.Tensors.Where(tensor => tensor.Dtype is "F32" or "F16" or "BF16" or "F64"))
        {
            cancel.ThrowIfCancellationRequested();
            file.Position = tensor.Offset;
            for (var done = 0L; done < tensor.LengthBytes;)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(BufferBytes, tensor.LengthBytes - done));
                file.ReadExactly(part);
                if (FirstFault(part, tensor.Dtype) is var at && at >= 0)
                    throw new ImportException(
                        "weights.not_finite",
                        $"The tensor '{WeightsFile.Shown(tensor.Name)}' has a number that is infinite or not a number, at position "
                            + $"{(done / (tensor.LengthBytes / tensor.Count)) + at}. Keep the weights of an earlier step."
                    );
                done += part.Length;
            }
        }
    }

    /// <summary>The position of the first number whose exponent has every bit set; -1 where there is none.</summary>
    private static int FirstFault(ReadOnlySpan<byte> bytes, string dtype)
    {
        var (size, mask) = dtype switch
        {
            "F64" => (8, 0x7ff0_0000_0000_0000),
            "F32" => (4, 0x7f80_0000),
            "BF16" => (2, 0x7f80),
            _ => (2, 0x7c00),
        };
        for (var i = 0; i < bytes.Length / size; i++)
        {
            var bits = size switch
            {
                8 => BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]),
                4 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]),
                _ => BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]),
            };
            if ((bits & mask) == mask)
                return i;
        }

        return -1;
    }
}
