using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Resizing in PyTorch.</summary>
internal sealed class UpsamplePython : PythonForm<Upsample>
{
    protected override string Forward(Upsample op, PythonScope py)
    {
        var mode = op.Mode.ToString().ToLowerInvariant();
        var aligned = op.Mode != UpsampleMode.Nearest && op.AlignCorners;
        if (op.Size is { } size)
            return $"F.interpolate({py.X}, size={TargetsPython.SizeOf(size, py)}, mode=\"{mode}\""
                + $"{(aligned ? ", align_corners=True" : "")})";
        double[] factors = [.. Enumerable.Range(0, py.Layer.Input.Rank - 2).Select(i => op.ScaleFactor!.Value[i])];
        var scale = Array.TrueForAll(factors, factor => factor == factors[0])
            ? PythonText.Of(factors[0])
            : PythonText.Tuple(factors.Select(PythonText.Of));
        return py.Call(
            new PythonModule("nn.Upsample")
                .With("scale_factor", new Verbatim(scale))
                .With("mode", mode, unless: "nearest")
                .With("align_corners", aligned ? true : null, unless: null)
        );
    }
}
