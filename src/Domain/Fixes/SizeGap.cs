namespace ConcatService.Domain.Fixes;

/// <summary>What the difference of two sizes says of how it came about.</summary>
internal static class SizeGap
{
    /// <summary>At most a tenth: the same was meant, and one is a little longer.</summary>
    public static bool IsSlip(long a, long b) => 10 * Math.Abs(a - b) <= Math.Max(a, b);

    /// <summary>Twice as large or more: a stride or a rate made the difference, and no border.</summary>
    public static bool IsOtherScale(long a, long b) => Math.Max(a, b) >= 2 * Math.Min(a, b);
}
