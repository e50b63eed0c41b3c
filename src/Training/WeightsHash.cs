using System.Security.Cryptography;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>What two equal models have in common.</summary>
public static class WeightsHash
{
    /// <summary>
    /// SHA-256 over parameters and buffers in declared order, float32 little-endian in row-major order, and nothing else; lower-case hex.
    /// </summary>
    public static string Of(TorchModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in model.Parameters)
        {
            using var scope = NewDisposeScope();
            hash.AppendData(parameter.Tensor.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
