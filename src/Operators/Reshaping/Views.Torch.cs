using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Reading numbers in another shape, in TorchSharp.</summary>
internal static class ViewsTorch
{
    /// <summary>
    /// Gives the numbers, in written order, the output's shape; sizes that the plan leaves open are taken from the tensor.
    /// </summary>
    public static Tensor Reshape(TorchLayer layer, Tensor x)
    {
        var (input, output) = (layer.Plan.Input, layer.Plan.Output);
        var written = TorchModel.ToWrittenOrder(x, input);
        long[] sizes = [.. Views.Sizes(input, output).Select(size => size.Known ?? written.shape[size.From!.Value])];
        return TorchModel.ToMemoryOrder(written.reshape(sizes), output);
    }
}
