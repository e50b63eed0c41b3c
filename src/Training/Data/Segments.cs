using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>
/// Generates <c>segments</c>: one to three discs and diamonds, one brightness, in noise; later ones lie over earlier ones.
/// </summary>
internal static class Segments
{
    private const int Disc = 1, Diamond = 2;

    public static DataSet Generate(DataSetInfo info, long seed = 0)
    {
        int height = (int)info.Targets[0].Shape[0], width = (int)info.Targets[0].Shape[1];
        return Generated.Make(info, seed, (split, i, sampleSeed) =>
        {
            var noise = new Noise(sampleSeed);
            var image = Generated.Row<byte>(split.Inputs[0], i);
            var mask = Generated.Row<byte>(split.Targets[0], i);
            mask.Clear();
            for (var left = noise.Between(1, 3); left > 0; left--)
                Paint(
                    mask,
                    width,
                    noise.Between(Disc, Diamond),
                    noise.Between(4, width - 5),
                    noise.Between(4, height - 5),
                    noise.Between(4, 7)
                );
            for (var place = 0; place < image.Length; place++)
                image[place] = (byte)((mask[place] > 0 ? 150 : 90) + noise.Between(-35, 35));
        });
    }

    private static void Paint(Span<byte> mask, int width, int shape, int centerX, int centerY, int radius)
    {
        for (var place = 0; place < mask.Length; place++)
        {
            int dx = Math.Abs((place % width) - centerX), dy = Math.Abs((place / width) - centerY);
            if (shape == Disc ? (dx * dx) + (dy * dy) <= radius * radius : dx + dy <= radius)
                mask[place] = (byte)shape;
        }
    }
}
