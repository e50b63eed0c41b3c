using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Symbols;

/// <summary>What must hold of sizes: one of several comparisons.</summary>
public sealed class Requirement
{
    private readonly Comparison[] _any;

    private Requirement(params Comparison[] any) => _any = any;

    internal IReadOnlyList<Comparison> Any => _any;

    /// <summary>The sizes are equal.</summary>
    public static Requirement Equal(Dim a, Dim b) => new(new Comparison(a, b, OrMore: false));

    /// <summary>The first is not smaller than the second.</summary>
    public static Requirement AtLeast(Dim a, Dim b) => new(new Comparison(a, b, OrMore: true));

    /// <summary>The size is a multiple of a number.</summary>
    public static Requirement Multiple(Dim size, long of) => Equal(size.FloorDivide(of) * of, size);

    /// <summary>This, or the other, or both.</summary>
    public Requirement Or(Requirement other) => new([.. _any, .. other._any]);

    /// <summary>As people write it: <c>2 * (H // 2) == H</c>.</summary>
    public override string ToString() =>
        string.Join(" or ", _any.Select(each => $"{each.Left} {(each.OrMore ? ">=" : "==")} {each.Right}"));

    internal readonly record struct Comparison(Dim Left, Dim Right, bool OrMore)
    {
        public Dim Difference => Left - Right;

        public bool Holds(long difference) => OrMore ? difference >= 0 : difference == 0;
    }
}
