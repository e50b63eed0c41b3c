using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace ConcatService.Api.Tests.DataSets;

/// <summary>.npy and .npz files as numpy writes them: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html</summary>
internal static class NumpyFiles
{
    public static byte[] Npz(params (string Name, byte[] Npy)[] arrays) =>
        Zip([.. arrays.Select(array => ($"{array.Name}.npy", array.Npy))]);

    public static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return file.ToArray();
    }

    public static byte[] Bytes(byte[] values, params int[] shape) => File("|u1", values, shape);

    public static byte[] Booleans(bool[] values, params int[] shape) => File("|b1", MemoryMarshal.AsBytes(values.AsSpan()), shape);

    public static byte[] Longs(long[] values, params int[] shape) => File("<i8", MemoryMarshal.AsBytes(values.AsSpan()), shape);

    public static byte[] Floats(float[] values, params int[] shape) => File("<f4", MemoryMarshal.AsBytes(values.AsSpan()), shape);

    public static byte[] Doubles(double[] values, params int[] shape) => File("<f8", MemoryMarshal.AsBytes(values.AsSpan()), shape);

    /// <param name="type">numpy's name of it: <c>&lt;f4</c>.</param>
    public static byte[] File(string type, ReadOnlySpan<byte> values, int[] shape, bool fortran = false)
    {
        var sizes = string.Join(", ", shape) + (shape.Length == 1 ? "," : "");
        var header = $"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({sizes}), }}";
        header = header.PadRight(128 - 10 - 1) + "\n";                          // so that the values begin at a multiple of 64
        var start = new byte[10];
        "\u0000NUMPY\u0001\u0000"u8.CopyTo(start);
        start[0] = 0x93;
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(8), (ushort)header.Length);
        return [.. start, .. Encoding.ASCII.GetBytes(header), .. values];
    }
}
