using System.Security.Cryptography;
using System.Text;
using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>
/// Fashion-MNIST from its four IDX files, and from an unpacked copy of them: unpacking takes half a second, reading the copy a tenth of
/// that.
/// </summary>
internal static class FashionMnist
{
    private static readonly string[] Files =
    [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ];

    /// <exception cref="FileNotFoundException">The files are not there; the message says what to install.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static DataSet Load(DataFolders folders)
    {
        var files = Array.ConvertAll(Files, name => new FileInfo(Path.Combine(folders.FashionMnist, name)));
        if (Array.Find(files, file => !file.Exists) is { } missing)
            throw new FileNotFoundException(
                $"{missing.FullName} is not there. Install the package dataset-fashion-mnist (apt-get install dataset-fashion-mnist), or "
                    + $"set Data__FashionMnist to the folder with its four files.",
                missing.FullName
            );

        var info = BuiltInDataSets.FashionMnist;
        var train = Split.Reserve(info.TrainSamples, info);
        var test = Split.Reserve(info.TestSamples, info);
        var copy = folders.Cache is { } cache ? new UnpackedCopy(Path.Combine(cache, $"{info.Name}-{Stamp(files)}.bin")) : null;
        if (copy?.TryRead(train, test) is not { } sha256)
        {
            Unpack(files, train, test);
            sha256 = DataSet.Hash(train, test);
            copy?.Write(sha256, train, test);
        }

        return new(info, train, null, test, sha256);
    }

    private static void Unpack(FileInfo[] files, Split train, Split test)
    {
        Read(files[0], [train.Count, 28, 28], train.Inputs[0].bytes);
        Read(files[1], [train.Count], train.Targets[0].bytes);
        Read(files[2], [test.Count, 28, 28], test.Inputs[0].bytes);
        Read(files[3], [test.Count], test.Targets[0].bytes);
    }

    private static void Read(FileInfo file, long[] shape, Span<byte> values)
    {
        using var content = file.OpenRead();
        using var idx = new IdxReader(content, file.FullName);
        if (!idx.Shape.SequenceEqual(shape))
            throw new InvalidDataException($"{file.FullName} is {string.Join('x', idx.Shape)}; expected {string.Join('x', shape)}.");
        idx.Read(values);
        idx.ReadEnd();
    }

    /// <summary>Changes when a file does, so that a copy of other files is never taken.</summary>
    private static string Stamp(FileInfo[] files)
    {
        var text = string.Join('|', files.Select(file => $"{file.FullName}:{file.Length}:{file.LastWriteTimeUtc.Ticks}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}
