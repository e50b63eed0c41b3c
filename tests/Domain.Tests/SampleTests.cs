using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests;

/// <summary>The specs under samples/, with the parameter counts that their papers' implementations publish.</summary>
public sealed class SampleTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "samples");

    public static TheoryData<string> All => new(Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order());

    private static Compilation Compile(string sample) => Compiler.Compile(File.ReadAllBytes(Path.Combine(Folder, $"{sample}.json")));

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
    [InlineData("googlenet", 6_624_904)]                                                         // torchvision, which counts no auxiliary heads
    [InlineData("inception-v3", 23_834_568)]                                                     // torchvision, aux_logits=False
    [InlineData("densenet-bc-100-12", 769_162)]                                                  // liuzhuang13/DenseNet, there given as 0.8M
    [InlineData("unet-paper", 31_030_658)]                                                       // Ronneberger et al. 2015, fig. 1, with biases
    [InlineData("unet", 31_037_633)]                                                             // milesial/Pytorch-UNet, one class
    public void Parameters_are_counted_to_the_digit(string sample, long published) => Assert.Equal(published, Totals.Of(Compile(sample).Plan!).Parameters);

    [Theory]
    [InlineData("resnet18", 1.814e9)]
    [InlineData("densenet121", 2.834e9)]
    [InlineData("squeezenet1_1", 0.349e9)]
    [InlineData("resnet50", 4.089e9)]
    [InlineData("googlenet", 1.498e9)]
    [InlineData("inception-v3", 5.713e9)]
    public void MACs_are_within_one_percent_of_those_that_torchvision_publishes(string sample, double published)
    {
        var macs = Totals.Of(Compile(sample).Plan!).Macs!.Value;
        Assert.InRange(macs, published * 0.99, published * 1.01);
    }

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
    public void DenseNet_121_is_written_in_under_60_lines() => Assert.InRange(File.ReadAllLines(Path.Combine(Folder, "densenet121.json")).Length, 1, 59);
}
