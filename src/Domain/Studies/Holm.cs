namespace ConcatService.Domain.Studies;

/// <summary>
/// Holm's correction of several tests (Holm 1979): the chance that any of them is significant by luck stays at the level.
/// </summary>
public static class Holm
{
    /// <summary>The adjusted p-values, in the order given: each is significant where it is at most the level.</summary>
    public static double[] Adjust(IReadOnlyList<double> values)
    {
        var (adjusted, most) = (new double[values.Count], 0.0);
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        for (var rank = 0; rank < order.Length; rank++)
        {
            most = Math.Max(most, Math.Min(1, values[order[rank]] * (order.Length - rank)));
            adjusted[order[rank]] = most;
        }

        return adjusted;
    }
}
