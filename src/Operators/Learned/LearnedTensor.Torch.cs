using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>A tensor of the network's own in TorchSharp: a view, stretched over the batch.</summary>
internal sealed class LearnedTensorTorch : TorchLowering<LearnedTensor>
{
    protected override Tensor Forward(LearnedTensor op, TorchLayer layer, Tensor[] x)
    {
        var whole = TorchModel.ToMemoryOrder(layer["value"].unsqueeze(0), layer.Plan.Output);
        return whole.expand([layer.Batch, .. whole.shape.Skip(1)]);
    }
}
