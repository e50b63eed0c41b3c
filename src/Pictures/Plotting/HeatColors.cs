using System.Globalization;

namespace ConcatService.Pictures.Plotting;

/// <summary>
/// Viridis (van der Walt and Smith 2015): equal steps look equal, in grey and to the color-blind too, on light and on dark.
/// </summary>
internal static class HeatColors
{
    private static readonly (int R, int G, int B)[] Stops =
    [
        (68, 1, 84),
        (71, 45, 123),
        (59, 82, 139),
        (44, 114, 142),
        (33, 145, 140),
        (40, 174, 128),
        (94, 201, 98),
        (173, 220, 48),
        (253, 231, 37),
    ];

    /// <param name="share">0 to 1.</param>
    public static string At(double share)
    {
        var place = Math.Clamp(share, 0, 1) * (Stops.Length - 1);
        var (a, b) = (Stops[(int)place], Stops[Math.Min(Stops.Length - 1, (int)place + 1)]);
        var part = place - (int)place;
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(a.R, b.R):x2}{Mix(a.G, b.G):x2}{Mix(a.B, b.B):x2}");

        int Mix(int from, int to) => (int)Math.Round(from + ((to - from) * part));
    }
}
