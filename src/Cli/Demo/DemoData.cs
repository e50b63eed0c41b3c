using System.IO.Compression;

namespace ConcatService.Cli.Demo;

/// <summary>What the demo learns and asks about: Fashion-MNIST where its package is installed, otherwise the generated data set.</summary>
internal static class DemoData
{
    private const int Side = 28;

    /// <summary>The folder that the worker reads too; ./concat sets it.</summary>
    private static readonly string Folder = Environment.GetEnvironmentVariable("Data__FashionMnist") ?? "/usr/share/datasets/fashion-mnist";

    public static string Name { get; } = Directory.Exists(Folder) ? "fashion-mnist" : "two-scale";

    /// <summary>The first pictures of the test split.</summary>
    /// <exception cref="CliException">A file of the package is missing or damaged.</exception>
    /// <remarks>IDX files (http://yann.lecun.com/exdb/mnist/): 16 bytes before the pictures, 8 before the labels.</remarks>
    public static IReadOnlyList<TestImage> TestImages(int count)
    {
        var pixels = Read("t10k-images-idx3-ubyte.gz", skip: 16, count * Side * Side);
        var classes = Read("t10k-labels-idx1-ubyte.gz", skip: 8, count);
        return [.. pixels.Chunk(Side * Side).Zip(classes, (picture, label) => new TestImage(picture, Side, label))];
    }

    private static byte[] Read(string name, int skip, int count)
    {
        var file = Path.Combine(Folder, name);
        try
        {
            using var data = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            var bytes = new byte[skip + count];
            data.ReadExactly(bytes);
            return bytes[skip..];
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            throw new CliException($"{file} cannot be read: {broken.Message} Install the package again: sudo apt-get install --reinstall dataset-fashion-mnist");
        }
    }
}
