using ConcatService.Domain.Jobs;
using ConcatService.Import.Onnx;

namespace ConcatService.Import.Weights;

/// <summary>Whether an ONNX file is a network that is read whole, and which of its initializers are which parameters.</summary>
internal static class OnnxNetwork
{
    /// <summary>The same weights, with what the import knows of them; a file that is no network keeps its tensors alone.</summary>
    public static StoredWeights Of(Stream file, StoredWeights weights)
    {
        try
        {
            var (network, sources) = OnnxReader.ReadWithSources(file, new ImportOptions("onnx", null, null));
            return weights with { IsNetwork = network.Gaps.Count == 0, Keys = sources };
        }
        catch (ImportException)
        {
            return weights;
        }
    }
}
