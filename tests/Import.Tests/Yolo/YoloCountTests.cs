using Xunit;

namespace ConcatService.Import.Tests.Yolo;

/// <summary>Parameters as the networks' authors publish them, to the last digit.</summary>
public sealed class YoloCountTests
{
    [Theory]
    [InlineData(0.33, 0.25, 1_872_157)]
    [InlineData(0.33, 0.50, 7_235_389)]
    [InlineData(0.67, 0.75, 21_190_557)]
    [InlineData(1.0, 1.0, 46_563_709)]
    [InlineData(1.33, 1.25, 86_749_405)]
    public void Version_5_has_the_published_parameters(double depth, double width, long parameters) =>
        Check(YoloFiles.Version5(depth, width), null, parameters);

    [Theory]
    [InlineData("n", 3_157_200)]
    [InlineData("s", 11_166_560)]
    [InlineData("m", 25_902_640)]
    [InlineData("l", 43_691_520)]
    [InlineData("x", 68_229_648)]
    public void Version_8_has_the_published_parameters(string scale, long parameters) => Check(YoloFiles.Version8, scale, parameters);

    [Fact]
    public void Version_9c_has_the_published_parameters() => Check(YoloFiles.Version9C, null, 25_590_912);

    [Fact]
    public void Version_10n_has_the_published_parameters() => Check(YoloFiles.Version10N, null, 2_775_520);

    [Theory]
    [InlineData("n", 2_624_080)]
    [InlineData("s", 9_458_752)]
    [InlineData("m", 20_114_688)]
    [InlineData("l", 25_372_160)]
    [InlineData("x", 56_966_176)]
    public void Version_11_has_the_published_parameters(string scale, long parameters) => Check(YoloFiles.Version11, scale, parameters);

    [Fact]
    public void Version_12n_has_the_published_parameters() => Check(YoloFiles.Version12, "n", 2_602_288);

    private static void Check(string file, string? scale, long parameters) =>
        Assert.Equal(parameters, Imported.Of(file, scale).IsValid().Totals.Parameters);
}
