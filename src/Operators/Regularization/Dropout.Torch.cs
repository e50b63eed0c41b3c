using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Dropout in TorchSharp.</summary>
internal sealed class DropoutTorch : TorchLowering<Dropout>
{
    protected override Tensor Forward(Dropout op, TorchLayer layer, Tensor[] x) => !layer.Training ? x[0] : op.Kind switch
    {
        "dropout" => functional.dropout(x[0], op.P, training: true),
        "dropout1d" => functional.dropout1d(x[0], op.P, training: true),
        "dropout2d" => functional.dropout2d(x[0], op.P, training: true),
        "dropout3d" => functional.dropout3d(x[0], op.P, training: true),
        _ => throw new InvalidOperationException($"No libtorch form for {op.Kind}."),
    };
}
