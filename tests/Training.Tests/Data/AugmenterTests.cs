using ConcatService.Domain.Jobs;
using ConcatService.Training.Data;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Data;

[Collection("libtorch")]
public sealed class AugmenterTests
{
    private const int Count = 400, Channels = 2, Height = 6, Width = 5;

    [Fact]
    public void A_flip_turns_about_half_of_the_pictures_and_the_masks_of_the_same_samples()
    {
        using var scope = NewDisposeScope();
        var (pictures, masks) = Apply(new FlipSettings());

        var turned = pictures.eq(Pictures().flip(3)).flatten(1).all(1);
        Assert.True(turned.logical_or(pictures.eq(Pictures()).flatten(1).all(1)).all().item<bool>());
        Assert.InRange(turned.sum().item<long>(), 160, 240);
        Assert.True(pictures.select(1, 0).eq(masks).all().item<bool>());
    }

    [Fact]
    public void A_crop_shifts_each_picture_within_its_padding_and_its_mask_along()
    {
        using var scope = NewDisposeScope();
        var (pictures, masks) = Apply(new CropSettings { Padding = 2 });

        Assert.True(pictures.select(1, 0).eq(masks).all().item<bool>());
        var padded = nn.functional.pad(Pictures(), [2, 2, 2, 2]);
        var seen = new HashSet<(int, int)>();
        for (var i = 0; i < Count; i++)
        {
            var places =
                from y in Enumerable.Range(0, 5)
                from x in Enumerable.Range(0, 5)
                where Same(padded[i].narrow(1, y, Height).narrow(2, x, Width), pictures[i])
                select (y, x);
            seen.Add(places.First());
        }

        Assert.Equal(25, seen.Count);
    }

    [Fact]
    public void An_erasure_blackens_one_rectangle_in_all_channels_and_leaves_masks_alone()
    {
        using var scope = NewDisposeScope();
        var (pictures, masks) = Apply(new EraseSettings { P = 0.5, MaxArea = 0.5 });

        Assert.True(masks.eq(Pictures().select(1, 0)).all().item<bool>());
        var black = pictures.eq(0);
        Assert.True(black.select(1, 0).eq(black.select(1, 1)).all().item<bool>());
        var area = black.select(1, 0).flatten(1).sum(1, type: ScalarType.Int64);
        Assert.InRange(area.gt(0).sum().item<long>(), 130, 240);                        // small ones may fall between the pixels
        Assert.InRange(area.max().item<long>(), 10, 20);
        var (rows, columns) = (
            black.select(1, 0).any(2).sum(1, type: ScalarType.Int64),
            black.select(1, 0).any(1).sum(1, type: ScalarType.Int64)
        );
        Assert.True(area.eq(rows * columns).all().item<bool>());
    }

    [Fact]
    public void What_is_drawn_is_a_function_of_seed_epoch_and_batch_and_leaves_the_common_generator_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var untouched = rand(1).item<float>();
        manual_seed(5);
        var first = Apply(new CropSettings()).Pictures;
        Assert.Equal(untouched, rand(1).item<float>());
        Assert.True(Same(first, Apply(new CropSettings()).Pictures));
        Assert.False(Same(first, Apply(new CropSettings(), epoch: 2).Pictures));
        Assert.False(Same(first, Apply(new CropSettings(), batch: 1).Pictures));
        Assert.False(Same(first, Apply(new CropSettings(), seed: 1).Pictures));
    }

    private static bool Same(Tensor a, Tensor b) => a.eq(b).all().item<bool>();

    /// <summary>No pixel is 0, and no two in a picture are alike.</summary>
    private static Tensor Pictures() =>
        (arange(Count * Channels * Height * Width, ScalarType.Int64) % 249 + 1).to(ScalarType.Byte).reshape(Count, Channels, Height, Width);

    private static (Tensor Pictures, Tensor Masks) Apply(AugmentSettings step, int epoch = 1, long batch = 0, long seed = 0)
    {
        Tensor[] pictures = [Pictures()], masks = [Pictures().select(1, 0)];
        new Augmenter([step], seed).Apply(pictures, masks, epoch, batch);
        return (pictures[0], masks[0]);
    }
}
