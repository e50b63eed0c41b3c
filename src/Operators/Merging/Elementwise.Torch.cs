using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Element-wise merges in TorchSharp.</summary>
internal sealed class ElementwiseTorch : TorchLowering<Elementwise>
{
    protected override Tensor Forward(Elementwise op, TorchLayer layer, Tensor[] x) => op.Kind switch
    {
        "add" => x.Aggregate((a, b) => a + b),
        "subtract" => x.Aggregate((a, b) => a - b),
        "multiply" => x.Aggregate((a, b) => a * b),
        "divide" => x.Aggregate((a, b) => a / b),
        "average" => x.Aggregate((a, b) => a + b) / x.Length,
        "maximum" => x.Aggregate((a, b) => a.maximum(b)),
        "minimum" => x.Aggregate((a, b) => a.minimum(b)),
        _ => throw new InvalidOperationException($"No libtorch form for {op.Kind}."),
    };
}
