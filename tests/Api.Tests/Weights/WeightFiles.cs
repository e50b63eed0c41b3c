using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ConcatService.Export;

namespace ConcatService.Api.Tests.Weights;

/// <summary>Files of weights, good and bad.</summary>
internal static class WeightFiles
{
    /// <summary>A safetensors file of two tensors.</summary>
    public static byte[] Small() => Safe(("head.weight", [2, 3], [1, 2, 3, 4, 5, 6]), ("head.bias", [2], [0.5f, -0.5f]));

    public static byte[] Safe(params (string Name, long[] Shape, float[] Numbers)[] tensors)
    {
        using var file = new MemoryStream();
        Safetensors.Write(
            file,
            [
                .. tensors.Select(tensor =>
                    SafeTensor.Of(tensor.Name, "F32", tensor.Shape, MemoryMarshal.AsBytes<float>(tensor.Numbers).ToArray())
                ),
            ]
        );
        return file.ToArray();
    }

    /// <summary>A header that says whatever it likes, and bytes behind it.</summary>
    public static byte[] Raw(string header, int bytes, ulong? length = null)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length ?? (ulong)text.Length);
        text.CopyTo(file, 8);
        return file;
    }

    public static ByteArrayContent Content(byte[] file) =>
        new(file) { Headers = { ContentType = new("application/octet-stream") } };
}
