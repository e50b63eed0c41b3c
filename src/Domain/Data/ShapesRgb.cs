using System.Globalization;

namespace ConcatService.Domain.Data;

/// <summary>
/// <c>shapes-rgb</c>, generated in any size, which its name gives: <c>shapes-rgb-224</c>, <c>shapes-rgb-160x224</c> (height by width);
/// without one 32x32.
/// </summary>
public static class ShapesRgb
{
    public const string Name = "shapes-rgb";

    private const long SmallestSide = 16, LargestSide = 512, DefaultSide = 32;

    /// <summary>
    /// About so many bytes of pictures are made, so that large ones are few: 2,000 for training up to 51x51, 100 at 224x224.
    /// </summary>
    private const long MostBytes = 16_000_000;

    /// <summary>The shapes, in the order of the classes; each stands there in two colors.</summary>
    public static IReadOnlyList<string> Shapes { get; } = ["disc", "square", "diamond", "cross", "ring"];

    private static readonly string[] Classes = [.. Shapes.SelectMany(shape => new[] { $"red-{shape}", $"blue-{shape}" })];

    /// <summary>The one of 32x32, which stands for all in a list.</summary>
    public static DataSetInfo Default { get; } = Of(Name, DefaultSide, DefaultSide);

    /// <summary>Null for a name of another data set, and for sides below 16 or above 512.</summary>
    public static DataSetInfo? Find(string name)
    {
        if (name == Name)
            return Default;
        if (!name.StartsWith($"{Name}-", StringComparison.Ordinal) || name[(Name.Length + 1)..].Split('x') is not { Length: 1 or 2 } sides)
            return null;
        return Side(sides[0]) is { } height && Side(sides[^1]) is { } width ? Of(name, height, width) : null;
    }

    private static long? Side(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= SmallestSide and <= LargestSide
            ? side
            : null;

    private static DataSetInfo Of(string name, long height, long width)
    {
        var samples = 2 * Classes.Length * Math.Clamp(MostBytes / (3 * height * width) / (2 * Classes.Length), 1, 100);
        return new(
            name,
            $"{samples + (samples / 5):N0} generated pictures in color, {height}x{width}: a disc, square, diamond, cross or ring in red "
                + $"or blue, of any size, anywhere, on a noisy ground of any color. "
                + $"Any size from {SmallestSide} to {LargestSide} is there by its name: {Name}-224, {Name}-160x224 (height by width). "
                + $"Needs nothing.",
            [new("image", [3, height, width], ElementType.Uint8)],
            [new("class", LearningTask.Classification, [], Classes)],
            samples, 0, samples / 5);
    }
}
