using ConcatService.Domain.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>A data set in memory, as it is stored: one uint8 tensor of pictures and one of labels for each split.</summary>
/// <param name="Sha256">Of the pictures and labels of both splits, lower-case hex: the data's part in "what was trained".</param>
public sealed record DataSet(DataSetInfo Info, Split Train, Split Test, string Sha256) : IDisposable
{
    /// <summary>A copy on another device.</summary>
    public DataSet To(Device device) => this with { Train = Train.To(device), Test = Test.To(device) };

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }
}

/// <summary>Pictures with their labels.</summary>
/// <param name="Images">uint8 <c>[N, C, H, W]</c>.</param>
/// <param name="Labels">int64 <c>[N]</c>, positions in the list of classes.</param>
public sealed record Split(Tensor Images, Tensor Labels) : IDisposable
{
    public long Count => Images.shape[0];

    /// <summary>Room for pictures and labels to be read into, outside of any dispose scope.</summary>
    internal static (Tensor Images, byte[] Labels) Reserve(long count, DataSetInfo info) =>
        (empty([count, .. info.SampleShape], ScalarType.Byte).DetachFromDisposeScope(), new byte[count]);

    internal static Split Of((Tensor Images, byte[] Labels) filled)
    {
        using var scope = NewDisposeScope();
        return new(filled.Images, tensor(filled.Labels, ScalarType.Byte).to(ScalarType.Int64).DetachFromDisposeScope());
    }

    internal Split To(Device device) => new(Images.to(device).DetachFromDisposeScope(), Labels.to(device).DetachFromDisposeScope());

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
