using System.IO.Compression;
using ConcatService.Training.Data;

namespace ConcatService.Cli.Demo;

/// <summary>What the demo learns and asks about: Fashion-MNIST where its package is installed, otherwise the generated data set.</summary>
internal static class DemoData
{
    private const string FashionMnist = "fashion-mnist";
    private const int Side = 28;

    /// <summary>The folder that the worker reads too; ./concat sets it.</summary>
    private static readonly string Folder = Environment.GetEnvironmentVariable("Data__FashionMnist") ?? "/usr/share/datasets/fashion-mnist";

    public static string Name { get; } = Directory.Exists(Folder) ? FashionMnist : "two-scale";

    /// <summary>The first pictures of Fashion-MNIST's test split, or generated ones that are in neither split.</summary>
    /// <exception cref="CliException">A file of the package is missing or damaged.</exception>
    public static IReadOnlyList<TestImage> TestImages(int count) =>
        Name == FashionMnist ? ReadFirst(count) : [.. Enumerable.Range(0, count).Select(Draw)];

    private static TestImage Draw(int label)
    {
        var pixels = new byte[TwoScalePicture.Size * TwoScalePicture.Size];
        TwoScalePicture.Draw(pixels, label, 0x9E3779B97F4A7C15 * (ulong)(label + 1));
        return new(pixels, TwoScalePicture.Size, label);
    }

    // IDX files (http://yann.lecun.com/exdb/mnist/): 16 bytes before the pictures, 8 before the labels.
    private static IReadOnlyList<TestImage> ReadFirst(int count)
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
            throw new CliException(
                $"{file} cannot be read: {broken.Message} Install the package again: sudo apt-get install --reinstall dataset-fashion-mnist"
            );
        }
    }
}
