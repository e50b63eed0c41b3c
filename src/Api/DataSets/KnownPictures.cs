using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets;

/// <summary>
/// The first training pictures, with their classes, of data sets that every installation has, kept with the program: whoever shows them
/// needs neither the data nor the generators, which are the trainers'. A test of Training holds them to what is trained on.
/// </summary>
internal static class KnownPictures
{
    /// <summary>How many there are; 0 for what is not listed, as another seed or size.</summary>
    public static int Count(string name, DataInput picture)
    {
        using var stream = Open(name);
        return (int)((stream?.Length ?? 0) / Length(picture));
    }

    /// <summary><c>[C, H, W]</c>; null where there is no such picture.</summary>
    public static byte[]? Find(string name, DataInput picture, int number)
    {
        if (number < 0 || number >= Count(name, picture))
            return null;
        using var stream = Open(name)!;
        stream.Position = number * Length(picture);
        var pixels = new byte[Length(picture)];
        stream.ReadExactly(pixels);
        return pixels;
    }

    /// <summary>Of each picture; empty where there are none, or a sample has not one class.</summary>
    public static IReadOnlyList<long> Labels(string name)
    {
        using var stream = typeof(KnownPictures).Assembly.GetManifestResourceStream($"labels/{name}");
        if (stream is null)
            return [];
        var labels = new byte[stream.Length];
        stream.ReadExactly(labels);
        return [.. labels.Select(label => (long)label)];
    }

    private static Stream? Open(string name) => typeof(KnownPictures).Assembly.GetManifestResourceStream($"pictures/{name}");

    private static long Length(DataInput picture) => picture.Shape.Aggregate((product, size) => product * size);
}
