using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>
/// Changes whole batches of stored pictures. What is drawn depends on the seed, the epoch and the batch alone, and takes nothing from
/// libtorch's common generator.
/// </summary>
internal sealed class Augmenter(IReadOnlyList<AugmentSettings> steps, long seed)
{
    // Zhong et al. 2020: the sides of the rectangle are to each other as 0.3 to 1 at most.
    private const double MinArea = 0.02, MinRatio = 0.3;

    /// <summary>The same change for each sample's pictures and, where pixels move, its masks.</summary>
    /// <param name="pictures">[B, C, H, W], all of one size.</param>
    /// <param name="masks">[B, H, W], of the same.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="batch">Its number in the epoch.</param>
    public void Apply(Span<Tensor> pictures, Span<Tensor> masks, int epoch, long batch)
    {
        using var generator = new Generator(Seeds.Mix((ulong)seed, Seeds.Augment, ((ulong)epoch << 32) + (ulong)batch), CPU);
        foreach (var step in steps)
        {
            var change = step switch
            {
                FlipSettings flip => Flip(flip, pictures[0], generator),
                CropSettings crop => Crop(crop, pictures[0], generator),
                EraseSettings erase => Erase(erase, pictures[0], generator),
                _ => x => x,
            };
            foreach (ref var picture in pictures)
                picture = change(picture);
            if (!step.Moves)
                continue;
            foreach (ref var mask in masks)
                mask = change(mask.unsqueeze(1)).squeeze(1);
        }
    }

    private static Func<Tensor, Tensor> Flip(FlipSettings flip, Tensor like, Generator generator)
    {
        var turned = Uniform(like, generator).lt(flip.P);
        return x => where(turned, x.flip(3), x);
    }

    private static Func<Tensor, Tensor> Crop(CropSettings crop, Tensor like, Generator generator)
    {
        var (height, width, wide) = (like.shape[2], like.shape[3], like.shape[3] + (2 * crop.Padding));
        Tensor Shift() => Uniform(like, generator).mul((2 * crop.Padding) + 1).floor().to(ScalarType.Int64);
        var rows = Shift() + arange(height, device: like.device).reshape(1, 1, height, 1);                     // [B, 1, H, 1]
        var columns = Shift() + arange(width, device: like.device).reshape(1, 1, 1, width);                    // [B, 1, 1, W]
        var places = (rows * wide + columns).reshape(like.shape[0], 1, height * width);                        // in the padded picture
        return x => nn.functional.pad(x, [crop.Padding, crop.Padding, crop.Padding, crop.Padding]).flatten(2)
            .gather(2, places.expand(x.shape[0], x.shape[1], height * width)).reshape(x.shape);
    }

    private static Func<Tensor, Tensor> Erase(EraseSettings erase, Tensor like, Generator generator)
    {
        var (height, width) = (like.shape[2], like.shape[3]);
        var area = Uniform(like, generator).mul(erase.MaxArea - MinArea).add(MinArea).mul(height * width);
        var ratio = Uniform(like, generator).mul(2).sub(1).mul(-Math.Log(MinRatio)).exp();                     // as often wide as high
        var (high, wide) = ((area * ratio).sqrt().clamp_max(height), (area / ratio).sqrt().clamp_max(width));
        var (top, left) = (Uniform(like, generator) * (height - high), Uniform(like, generator) * (width - wide));
        var (y, x) = (
            arange(height, device: like.device).reshape(1, 1, height, 1),
            arange(width, device: like.device).reshape(1, 1, 1, width)
        );
        var inside = y.ge(top)
            .logical_and(y.lt(top + high))
            .logical_and(x.ge(left))
            .logical_and(x.lt(left + wide))
            .logical_and(Uniform(like, generator).lt(erase.P));
        return picture => picture.masked_fill(inside, 0);
    }

    /// <summary>One number in [0, 1) for each sample: [B, 1, 1, 1].</summary>
    private static Tensor Uniform(Tensor like, Generator generator) =>
        rand([like.shape[0], 1, 1, 1], ScalarType.Float64, generator: generator).to(like.device);
}
