using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace ConcatService.Branches;

/// <summary>The samples of one case: inputs a, b (and c) whose rows each tell one bit of the class.</summary>
internal sealed class Table(int seed, int inputs, int width)
{
    public const int Train = 2560, Test = 1024;

    private readonly Random _random = new(seed);

    /// <summary>By what an input is multiplied. Default: 1.</summary>
    public float[] Scales { get; } = [.. Enumerable.Repeat(1f, inputs)];

    /// <summary>How far the rows of the two values of a bit lie apart, in deviations; 0: noise. Default: 1.</summary>
    public float[] Centers { get; } = [.. Enumerable.Repeat(1f, inputs)];

    /// <summary>The input that is the same in every sample.</summary>
    public int? Constant { get; set; }

    /// <summary>The input that has the values of the first.</summary>
    public int? Copy { get; set; }

    /// <summary>The input whose last columns are the class.</summary>
    public int? Leak { get; set; }

    /// <summary>The input that tells all bits, and far more clearly than the others.</summary>
    public int? Strong { get; set; }

    public static string NameOf(int input) => $"{(char)('a' + input)}";

    /// <summary>An .npz archive with both splits.</summary>
    public byte[] Write()
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (split, count) in new[] { ("train", Train), ("test", Test) })
            {
                var classes = Enumerable.Range(0, count).Select(_ => _random.NextInt64(1 << inputs)).ToArray();
                float[]? first = null;
                for (var input = 0; input < inputs; input++)
                {
                    var values = Copy == input ? first! : Values(input, classes);
                    first ??= values;
                    Add(archive, $"{NameOf(input)}_{split}", "<f4", MemoryMarshal.AsBytes(values.AsSpan()), $"{count}, {width}");
                }

                Add(archive, $"y_{split}", "<i8", MemoryMarshal.AsBytes(classes.AsSpan()), $"{count},");
            }
        }

        return file.ToArray();
    }

    private float[] Values(int input, long[] classes)
    {
        var values = new float[classes.Length * width];
        for (var i = 0; i < values.Length; i++)
        {
            var (truth, column) = (classes[i / width], i % width);
            var bit = Strong == input ? column % inputs : input;
            var center = ((((truth >> bit) & 1) * 2) - 1) * Centers[input] * (Strong == input ? 4 : 1);
            var value = Constant == input ? 0.5f : center + Normal();
            if (Leak == input && column >= width - (1 << inputs))
                value = column - (width - (1 << inputs)) == truth ? 1 : 0;
            values[i] = value * Scales[input];
        }

        return values;
    }

    private float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));

    private static void Add(ZipArchive archive, string name, string type, ReadOnlySpan<byte> values, string shape)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}".PadRight(128 - 10 - 1) + "\n";
        Span<byte> start = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(start[8..], (ushort)header.Length);
        using var entry = archive.CreateEntry($"{name}.npy", CompressionLevel.Fastest).Open();
        entry.Write(start);
        entry.Write(Encoding.ASCII.GetBytes(header));
        entry.Write(values);
    }
}
