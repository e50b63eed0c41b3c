using System.Runtime.CompilerServices;

namespace ConcatService.Training.Data;

/// <summary>
/// A picture of <c>two-scale</c>: a disc or a diamond of equal area, anywhere near the middle, filled with one of five textures two pixels
/// wide, in noise.
/// </summary>
/// <remarks>
/// The class is texture * 2 + shape, so a network that sees one scale alone gets at most half of the samples (or a fifth) right.
/// Compiled into Cli as well, which asks about pictures of its own.
/// </remarks>
internal static class TwoScalePicture
{
    public const int Size = 28;
    private const int Shapes = 2;

    /// <param name="image">Filled row by row.</param>
    /// <param name="seed">Same seed, same picture. Any number with well mixed bits.</param>
    // Optimized from the first call: a fresh trainer draws ten thousand of these before its first step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Draw(Span<byte> image, int label, ulong seed)
    {
        var noise = new Noise(seed);
        var (texture, isDiamond) = (label / Shapes, label % Shapes == 1);
        int centerX = noise.Between(11, 16), centerY = noise.Between(11, 16), radius = noise.Between(8, 11);
        int shiftX = noise.Between(0, 3), shiftY = noise.Between(0, 3);
        int middle = noise.Between(100, 155), contrast = noise.Between(40, 90);
        var diamond = (int)Math.Round(radius * 1.2533);                                 // sqrt(pi / 2): a diamond of the disc's area
        var bits = 0UL;
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++, bits >>= 8)
            {
                if ((x & 7) == 0)
                    bits = noise.Next();                                                // enough for eight pixels
                int dx = x - centerX, dy = y - centerY;
                var inside = isDiamond ? Math.Abs(dx) + Math.Abs(dy) <= diamond : (dx * dx) + (dy * dy) <= radius * radius;
                var value = middle - 20 + (int)(((bits & 0xFF) * 41) >> 8);        // -20 to 20
                if (inside)
                    value += IsBright(texture, x + shiftX, y + shiftY) ? contrast : -contrast;
                image[(y * Size) + x] = (byte)Math.Clamp(value, 0, 255);
            }
        }
    }

    /// <summary>Stripes and checks two pixels wide.</summary>
    private static bool IsBright(int texture, int x, int y) => (texture switch
    {
        0 => y >> 1,                                                                    // rows
        1 => x >> 1,                                                                    // columns
        2 => (x + y) >> 1,                                                              // rising
        3 => (x - y + Size) >> 1,                                                       // falling
        _ => (x >> 1) + (y >> 1),                                                       // checks
    } & 1) == 1;
}
