using System.Security.Cryptography;
using ConcatService.Domain.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>A data set in memory, as it is stored.</summary>
/// <param name="Validation">Null where a job holds out a part of <paramref name="Train"/>.</param>
/// <param name="Sha256">Of the bytes of all splits, lower-case hex: the data's part in "what was trained".</param>
public sealed record DataSet(DataSetInfo Info, Split Train, Split? Validation, Split Test, string Sha256) : IDisposable
{
    /// <summary>SHA-256 over every input, then every target, split by split; lower-case hex.</summary>
    internal static string Hash(params IEnumerable<Split> splits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in splits.SelectMany(split => split.Tensors))
            hash.AppendData(tensor.bytes);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public void Dispose()
    {
        Train.Dispose();
        Validation?.Dispose();
        Test.Dispose();
    }
}

/// <summary>
/// Samples with their targets: a tensor for each input and each target of the data set, the samples along the first axis.
/// </summary>
/// <param name="Inputs">uint8, float32 or int64 <c>[N, …]</c>.</param>
/// <param name="Targets">uint8 <c>[N, …]</c> for classes and labels (int64 where there are more than 256 classes), float32 for
/// numbers.</param>
public sealed record Split(IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Targets) : IDisposable
{
    private const int MostClassesInAByte = 256;

    public long Count => Inputs[0].shape[0];

    /// <summary>Inputs, then targets.</summary>
    internal IEnumerable<Tensor> Tensors => Inputs.Concat(Targets);

    /// <summary>Room for samples to be read into, outside of any dispose scope.</summary>
    internal static Split Reserve(long count, DataSetInfo info)
    {
        using var scope = NewDisposeScope();
        return new(
            [.. info.Inputs.Select(input => empty([count, .. input.Shape], TypeOf(input)).DetachFromDisposeScope())],
            [.. info.Targets.Select(target => empty([count, .. target.Shape], TypeOf(target)).DetachFromDisposeScope())]);
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    private static ScalarType TypeOf(DataInput input) => input.DType switch
    {
        ElementType.Uint8 => ScalarType.Byte,
        ElementType.Int64 => ScalarType.Int64,
        _ => ScalarType.Float32,
    };

    private static ScalarType TypeOf(DataTarget target) =>
        target.Task == LearningTask.Regression ? ScalarType.Float32
        : target.Task != LearningTask.Multilabel && target.Classes.Count > MostClassesInAByte ? ScalarType.Int64
        : ScalarType.Byte;
}

/// <summary>Some samples as a network takes them.</summary>
/// <param name="Inputs">For each input of the network, in the spec's layout: float32 (uint8 divided by 255) or int64 <c>[B, …]</c>.</param>
/// <param name="Targets">For each output of the network: classes as int64, everything else as float32.</param>
internal sealed record Batch(Tensor[] Inputs, Tensor[] Targets);
