using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>What the normalizations share, in TorchSharp.</summary>
internal static class NormsTorch
{
    /// <summary>A parameter [C] in a shape that multiplies along the feature axis: [C, 1, 1].</summary>
    public static Tensor AlongFeatures(TorchLayer layer, string parameter)
    {
        var sizes = new long[layer.Plan.Input.Rank - layer.Plan.Input.Index(Axis.Channels)];
        Array.Fill(sizes, 1);
        sizes[0] = -1;
        return layer[parameter].reshape(sizes);
    }
}
