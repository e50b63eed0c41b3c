using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Padding in PyTorch.</summary>
internal sealed class PadPython : PythonForm<Pad>
{
    private const string PadTo = """
        def pad_to(x, size, mode="constant"):
            sides = []
            for dim in reversed(range(2, x.dim())):
                missing = size[dim - 2] - x.shape[dim]
                sides += [missing // 2, missing - missing // 2]
            return F.pad(x, sides, mode=mode)
        """;

    protected override string Forward(Pad op, PythonScope py)
    {
        var mode = op.Mode switch
        {
            PadMode.Reflect => ", mode=\"reflect\"",
            PadMode.Replicate => ", mode=\"replicate\"",
            _ => "",
        };
        if (op.Padding is null && op.Size is { } size)
            return $"{py.Helper("pad_to", PadTo)}({py.X}, {TargetsPython.SizeOf(size, py)}{mode})";
        // The last dimension comes first.
        var sides = Enumerable.Range(0, op.SpatialRank).Reverse().Select(i => op.Sides(i, 0));
        return $"F.pad({py.X}, {PythonText.Tuple([.. sides.SelectMany(side => new[] { side.Before, side.After })])}{mode})";
    }
}
