using System.Runtime.CompilerServices;
using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>Generates <c>shapes-rgb</c>, as many pictures of each class: one shape in one of two colors, in noise.</summary>
internal static class ShapesRgbPictures
{
    /// <param name="info">The size of the pictures, and how many samples to make of each split.</param>
    /// <param name="seed">Same seed, same pictures, on every machine.</param>
    public static DataSet Generate(DataSetInfo info, long seed = 0) => Generated.Make(info, seed, (split, i, sampleSeed) =>
    {
        var label = i % info.Targets[0].Classes.Count;
        split.Targets[0].bytes[i] = (byte)label;
        Draw(Generated.Row<byte>(split.Inputs[0], i), (int)info.Inputs[0].Shape[1], (int)info.Inputs[0].Shape[2], label, new(sampleSeed));
    });

    /// <param name="image">Filled channel by channel: red, green, blue.</param>
    /// <param name="label">shape * 2 + color, in the order of <see cref="ShapesRgb"/>.</param>
    // Optimized from the first call: a fresh trainer draws all of them before its first step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Draw(Span<byte> image, int height, int width, int label, Noise noise)
    {
        var (shape, isBlue) = (ShapesRgb.Shapes[label / 2], label % 2 == 1);
        var side = Math.Min(height, width);
        var radius = noise.Between(side / 5, side / 3);
        int centerX = noise.Between(radius, width - 1 - radius), centerY = noise.Between(radius, height - 1 - radius);
        int[] ground = [noise.Between(40, 160), noise.Between(40, 160), noise.Between(40, 160)];
        int strong = noise.Between(170, 230), weak = noise.Between(20, 80);
        int[] ink = isBlue ? [weak, weak, strong] : [strong, weak, weak];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var value = IsInside(shape, Math.Abs(x - centerX), Math.Abs(y - centerY), radius) ? ink[channel] : ground[channel];
                    image[(((channel * height) + y) * width) + x] = (byte)Math.Clamp(value + noise.Between(-20, 20), 0, 255);
                }
            }
        }
    }

    private static bool IsInside(string shape, int dx, int dy, int radius) => shape switch
    {
        "disc" => (dx * dx) + (dy * dy) <= radius * radius,
        "square" => Math.Max(dx, dy) <= radius * 7 / 8,                                 // about a disc's area
        "diamond" => dx + dy <= radius * 5 / 4,
        "cross" => Math.Min(dx, dy) <= radius / 3 && Math.Max(dx, dy) <= radius,
        _ => (dx * dx) + (dy * dy) <= radius * radius && (dx * dx) + (dy * dy) >= radius * radius * 4 / 9,
    };
}
