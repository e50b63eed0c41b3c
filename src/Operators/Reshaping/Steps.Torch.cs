using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Steps into the batch, in TorchSharp.</summary>
internal sealed class FoldStepsTorch : TorchLowering<FoldSteps>
{
    protected override Tensor Forward(FoldSteps op, TorchLayer layer, Tensor[] x)
    {
        var steps = x[0].movedim([layer.Plan.Input.Index(Axis.Time)], [1]);                      // [N, T, …]
        return steps.reshape([-1, .. steps.shape.Skip(2)]);                                      // [N·T, …]
    }
}

/// <summary>Steps out of the batch, in TorchSharp.</summary>
internal sealed class UnfoldStepsTorch : TorchLowering<UnfoldSteps>
{
    protected override Tensor Forward(UnfoldSteps op, TorchLayer layer, Tensor[] x)
    {
        var steps = x[1].shape[layer.Plan.InputShapes[1].Index(Axis.Time)];
        return x[0].reshape([-1, steps, .. x[0].shape.Skip(1)]).movedim([1], [layer.Plan.Output.Index(Axis.Time)]);
    }
}
