using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>Generates <c>two-scale</c>, as many pictures of each class.</summary>
internal static class TwoScale
{
    private const ulong TrainStream = 1, TestStream = 2;

    /// <param name="info">How many samples to make of each split.</param>
    /// <param name="seed">Same seed, same pictures, on every machine.</param>
    public static DataSet Generate(DataSetInfo info, long seed = 0)
    {
        var train = Fill(info.TrainSamples, seed, TrainStream, info);
        var test = Fill(info.TestSamples, seed, TestStream, info);
        return new(info, Split.Of(train), Split.Of(test), UnpackedCopy.Hash(train, test));
    }

    private static (TorchSharp.torch.Tensor Images, byte[] Labels) Fill(long count, long seed, ulong stream, DataSetInfo info)
    {
        var split = Split.Reserve(count, info);
        var images = split.Images.bytes;
        for (var i = 0; i < count; i++)
        {
            var label = (byte)(i % info.Classes.Count);
            split.Labels[i] = label;
            TwoScalePicture.Draw(images.Slice(i * TwoScalePicture.Size * TwoScalePicture.Size, TwoScalePicture.Size * TwoScalePicture.Size), label, Seeds.Mix((ulong)seed, stream, (ulong)i));
        }

        return split;
    }
}
