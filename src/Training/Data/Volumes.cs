using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>Generates <c>volumes</c>: one or two balls and cubes, one brightness, in noise; later ones lie over earlier ones.</summary>
internal static class Volumes
{
    private const int Ball = 1, Cube = 2;

    public static DataSet Generate(DataSetInfo info, long seed = 0)
    {
        int depth = (int)info.Targets[0].Shape[0], height = (int)info.Targets[0].Shape[1], width = (int)info.Targets[0].Shape[2];
        return Generated.Make(info, seed, (split, i, sampleSeed) =>
        {
            var noise = new Noise(sampleSeed);
            var volume = Generated.Row<byte>(split.Inputs[0], i);
            var mask = Generated.Row<byte>(split.Targets[0], i);
            mask.Clear();
            for (var left = noise.Between(1, 2); left > 0; left--)
            {
                var shape = noise.Between(Ball, Cube);
                var center = (noise.Between(3, depth - 4), noise.Between(3, height - 4), noise.Between(3, width - 4));
                Paint(mask, height, width, shape, center, shape == Ball ? noise.Between(4, 5) : noise.Between(2, 3));
            }

            for (var place = 0; place < volume.Length; place++)
                volume[place] = (byte)((mask[place] > 0 ? 150 : 90) + noise.Between(-35, 35));
        });
    }

    private static void Paint(Span<byte> mask, int height, int width, int shape, (int Z, int Y, int X) center, int radius)
    {
        for (var place = 0; place < mask.Length; place++)
        {
            var (dz, dy, dx) = (
                Math.Abs((place / (width * height)) - center.Z),
                Math.Abs((place / width % height) - center.Y),
                Math.Abs((place % width) - center.X));
            if (shape == Ball ? (dz * dz) + (dy * dy) + (dx * dx) <= radius * radius : Math.Max(dz, Math.Max(dy, dx)) <= radius)
                mask[place] = (byte)shape;
        }
    }
}
