using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>The functions without attributes in TorchSharp.</summary>
internal sealed class UnaryTorch : TorchLowering<Unary>
{
    protected override Tensor Forward(Unary op, TorchLayer layer, Tensor[] x) => op.Kind switch
    {
        "abs" => x[0].abs(),
        "exp" => x[0].exp(),
        "log" => x[0].log(),
        "sqrt" => x[0].sqrt(),
        "square" => x[0].square(),
        "reciprocal" => x[0].reciprocal(),
        "negative" => x[0].neg(),
        "erf" => x[0].erf(),
        _ => throw new InvalidOperationException($"No libtorch form for {op.Kind}."),
    };
}
