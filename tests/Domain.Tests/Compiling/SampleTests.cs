using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Compiling;

/// <summary>The specs under samples/, with the parameter counts that their papers' implementations publish.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> All => new(Samples.Names);

    private static Compilation Compile(string sample) => Compiler.Compile(Samples.Bytes(sample));

    [Theory]
    [MemberData(nameof(All))]
    public void Every_sample_compiles_but_those_that_are_broken_on_purpose(string sample) =>
        Assert.Equal(sample.EndsWith("-refused", StringComparison.Ordinal) ? "invalid" : "valid", Compile(sample).Verdict);

    [Theory]
    [InlineData("resnet18", 11_689_512)]                                                         // torchvision
    [InlineData("densenet121", 7_978_856)]                                                       // torchvision
    [InlineData("squeezenet1_1", 1_235_496)]                                                     // torchvision
    [InlineData("se-resnet50", 28_088_024)]                                                      // timm seresnet50
    [InlineData("resnet50", 25_557_032)]                                                         // torchvision
    [InlineData("googlenet", 6_624_904)] // torchvision, which counts no auxiliary heads
    [InlineData("inception-v3", 23_834_568)]                                                     // torchvision, aux_logits=False
    [InlineData("densenet-bc-100-12", 769_162)] // liuzhuang13/DenseNet, there given as 0.8M
    [InlineData("unet-paper", 31_030_658)] // Ronneberger et al. 2015, fig. 1, with biases
    [InlineData("vit-b-16", 86_567_656)]                                                         // torchvision
    [InlineData("convnext-tiny", 28_589_128)]                                                    // torchvision
    [InlineData("swin-t", 28_288_354)]                                                           // torchvision
    [InlineData("r3d-18", 33_371_472)]                                                           // torchvision
    [InlineData("unet-3d", 19_069_955)] // Çiçek et al. 2016, which counts no norms
    [InlineData("siamese", 38_951_745)] // Koch et al. 2015
    [InlineData("seq2seq", 52_240)] // two embeddings, torch.nn.LSTM(32, 64) twice, a linear layer
    [InlineData("fashion-vit", 123_370)] // PyTorch's modules of the same sizes
    [InlineData("volumes-unet", 67_795)]
    [InlineData("yolov8n", 3_157_200)]                                                           // Ultralytics
    [InlineData("yolo11n", 2_624_080)]                                                           // Ultralytics
    [InlineData("unet", 31_037_633)] // milesial/Pytorch-UNet, one class
    public void Parameters_are_counted_to_the_digit(string sample, long published) =>
        Assert.Equal(published, Totals.Of(Compile(sample).Plan!).Parameters);

    [Theory]
    [InlineData("resnet18", 1.814e9)]
    [InlineData("densenet121", 2.834e9)]
    [InlineData("squeezenet1_1", 0.349e9)]
    [InlineData("resnet50", 4.089e9)]
    [InlineData("googlenet", 1.498e9)]
    [InlineData("inception-v3", 5.713e9)]
    [InlineData("vit-b-16", 17.564e9)]
    [InlineData("convnext-tiny", 4.456e9)]
    [InlineData("swin-t", 4.491e9)]
    [InlineData("r3d-18", 40.697e9)]
    public void MACs_are_within_one_percent_of_those_that_torchvision_publishes(string sample, double published)
    {
        var macs = Totals.Of(Compile(sample).Plan!).Macs!.Value;
        Assert.InRange(macs, published * 0.99, published * 1.01);
    }

    [Fact]
    public void The_windows_of_Swin_bring_no_finding() => Assert.Empty(Compile("swin-t").Report.Diagnostics);

    [Fact]
    public void The_refused_two_branch_network_names_the_merge_and_both_sizes()
    {
        var error = Assert.Single(Compile("two-branches-refused").Report.Diagnostics);
        Assert.Equal("concat.shape_mismatch", error.Code.Name);
        Assert.Equal("merge", error.Layer);
        Assert.StartsWith("merge: inputs differ in height and width: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("7x7", error.Message, StringComparison.Ordinal);
        Assert.Contains("14x14", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pooling_that_reads_channels_last_in_a_channels_first_network_is_named_and_its_fix_gives_192x14x14()
    {
        var error = Assert.Single(Compile("mixed-layout-refused").Report.Diagnostics);
        Assert.Equal(("mixed_layout", "pooled", "/layers/1"), (error.Cause!.Kind.Name, error.Cause.Layer, error.Cause.Path!.ToString()));
        Assert.Contains(
            "it takes 64x28x28 for height 64, width 28 and 28 channels, and gives 32x14x28",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(("data-format-pooled", "[N, 192, 14, 14]"), (error.Fixes[0].Id, error.Fixes[0].OutputShape.ToString()));
    }

    [Fact]
    public void A_1x1_convolution_from_192_to_128_channels_has_24_704_parameters() =>
        Assert.Equal(24_704, Compile("concat-then-1x1").Plan!.Layers.Single(layer => layer.Name == "mix").ParameterCount);

    [Fact]
    public void Three_branches_of_different_strides_are_named_with_their_sizes_and_brought_to_one()
    {
        var error = Assert.Single(Compile("three-scales-refused").Report.Diagnostics);
        Assert.Contains("middle is 56x56, fine is 112x112, coarse is 28x28", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["[N, 112, 112, 448]", "[N, 56, 56, 448]", "[N, 28, 28, 448]"],
            error.Fixes.Where(fix => fix.Id.StartsWith("resample-to-", StringComparison.Ordinal)).Select(fix => fix.OutputShape.ToString())
        );
    }

    [Fact]
    public void DenseNet_121_is_written_in_under_60_lines() =>
        Assert.InRange(Samples.Text("densenet121").Count(character => character == '\n'), 1, 59);
}
