using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Import.Tests.Yolo;

public sealed class YoloReaderTests
{
    [Fact]
    public void A_concat_of_the_wrong_row_is_told_at_its_line_and_the_row_that_fits_is_offered()
    {
        // The head's first concat reads row 4, which is twice as large as row 6.
        var file = YoloFiles.Version8.Replace("[[-1, 6], 1, Concat, [1]]", "[[-1, 4], 1, Concat, [1]]", StringComparison.Ordinal);
        var imported = Imported.Of(file, "n");
        var found = Assert.Single(imported.Compiled.Report.Diagnostics, each => each.Severity == Severity.Error);
        Assert.Equal("concat.shape_mismatch", found.Code.Name);
        Assert.Equal(LineOf(file, "[-1, 4], 1, Concat"), imported.Network.PlaceOf(found.Layer)!.Value.Line);
        Assert.Equal(5, imported.Network.PlaceOf(found.Layer)!.Value.Column);
        Assert.NotNull(found.Cause);
        Assert.Contains(found.Fixes, fix => fix.Title.Contains("6.C2f", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_upsample_is_told_at_the_concat_and_blamed_on_the_row_with_the_stride()
    {
        var up = "  - [-1, 1, nn.Upsample, [None, 2, nearest]]\n";
        var at = YoloFiles.Version8.IndexOf(up, StringComparison.Ordinal);
        var file = YoloFiles.Version8.Remove(at, up.Length);
        var imported = Imported.Of(file, "n");
        var found = imported.Compiled.Report.Diagnostics.First(each => each.Layer == "10.Concat");
        Assert.Equal("concat.shape_mismatch", found.Code.Name);
        Assert.Equal("[[-1, 6], 1, Concat, [1]]", imported.Network.PlaceOf(found.Layer)!.Value.Text);
        Assert.NotNull(imported.Network.PlaceOf(found.Cause!.Layer));
        Assert.NotEmpty(found.Fixes);
    }

    [Fact]
    public void A_from_that_there_is_not_is_an_unknown_input_at_its_row()
    {
        var file = YoloFiles.Version8.Replace("[-1, 9], 1, Concat", "[-1, 99], 1, Concat", StringComparison.Ordinal);
        var imported = Imported.Of(file, "n");
        var found = imported.Compiled.Report.Diagnostics.First(each => each.Severity == Severity.Error);
        Assert.Equal("spec.unknown_input", found.Code.Name);
        Assert.Equal(LineOf(file, "[-1, 99]"), imported.Network.PlaceOf(found.Layer, found.Path.ToString())!.Value.Line);
    }

    [Fact]
    public void A_module_that_is_not_known_is_a_gap_at_its_row_and_the_rest_is_checked()
    {
        var file = YoloFiles.Version8.Replace("[-1, 1, SPPF, [1024, 5]]", "[-1, 1, MyAttention, [1024, 5]]", StringComparison.Ordinal);
        var imported = Imported.Of(file, "n").IsValid();
        var gap = Assert.Single(imported.Network.Gaps);
        Assert.Equal(("MyAttention", "9.MyAttention"), (gap.What, gap.Layer));
        Assert.Equal(LineOf(file, "MyAttention"), gap.Source!.Value.Line);
    }

    [Fact]
    public void A_module_that_is_not_known_and_has_kernel_and_stride_is_taken_as_a_convolution_of_that_size()
    {
        var file = YoloFiles.Version8.Replace("[-1, 1, Conv, [256, 3, 2]]", "[-1, 1, RepBlock, [256, 3, 2]]", StringComparison.Ordinal);
        var imported = Imported.Of(file, "n").IsValid();
        Assert.Equal(["3.RepBlock", "16.RepBlock"], imported.Network.Gaps.Select(gap => gap.Layer));
        Assert.Equal("[N, 64, 80, 80]", imported.Compiled.Plan!.Shapes[new("3.RepBlock")].ToString());
    }

    [Fact]
    public void A_comment_right_behind_a_comma_is_one()
    {
        var imported = Imported.Of("nc: 3\nbackbone:\n  [[-1, 1, Conv, [16, 3, 2]],# 0\n   [-1, 1, Conv, [32, 3, 2]],# 1\n  ]\n").IsValid();
        Assert.Equal((4, 4), (imported.Network.Sources["1.Conv"].Line, imported.Network.Sources["1.Conv"].Column));
    }

    [Fact]
    public void A_row_that_is_no_row_is_a_gap_with_what_was_expected()
    {
        var file = YoloFiles.Version8.Replace("[-1, 1, SPPF, [1024, 5]]", "[-1, 1, SPPF, [1024, five]]", StringComparison.Ordinal);
        var gap = Assert.Single(Imported.Of(file, "n").Network.Gaps);
        Assert.Contains("argument 2 of SPPF is five", gap.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_scale_that_was_taken_is_said_and_one_that_there_is_not_is_refused()
    {
        Assert.Contains(Imported.Of(YoloFiles.Version8).Network.Assumptions, each => each.Contains("n is taken", StringComparison.Ordinal));
        var refused = Assert.Throws<ImportException>(() => Imported.Of(YoloFiles.Version8, "q"));
        Assert.Equal("import.scale", refused.Code);
        Assert.Contains("n, s, m, l, x", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_that_the_language_lacks_is_a_gap_once_for_each_row()
    {
        var imported = Imported.Of(YoloFiles.Version11, "n").IsValid();
        Assert.Equal("ultralytics 11", imported.Network.Dialect);
        Assert.All(imported.Network.Gaps, gap => Assert.Equal("10.C2PSA", gap.Layer));
    }

    [Fact]
    public void Open_sizes_give_conditions_on_them()
    {
        var imported = Imported.Of(YoloFiles.Version8, "n", "image:3xHxW");
        Assert.Equal("conditional", imported.Compiled.Verdict);
    }

    [Fact]
    public void The_fusion_of_levels_of_version_9_adds_the_parts_that_it_names_at_the_size_of_the_last()
    {
        var rows = YoloFiles.Rows(
            "Conv 1 [16, 3, 2]", "Conv 1 [32, 3, 2]", "[0, 1, CBLinear, [[8]]]", "[1, 1, CBLinear, [[24, 16]]]", "|",
            "[[3, 0], 1, CBFuse, [[1]]]");
        var imported = Imported.Of("nc: 2\n" + rows).IsValid();
        Assert.Equal("[N, 16, 320, 320]", imported.Compiled.Plan!.Shapes[new("4.CBFuse")].ToString());
    }

    [Theory]
    [InlineData("backbone:\n  - &a [-1, 1, Conv, [8, 3, 2]]\n  - *a\n", "anchors")]
    [InlineData("backbone:\n  - !!python/object:os.system [-1, 1, Conv, [8]]\n", "tag")]
    [InlineData("backbone: [", "not YAML")]
    [InlineData("backbone: 3\n", "no list of rows")]
    [InlineData("head: []\n", "no rows")]
    public void What_is_no_such_file_is_malformed_and_says_where(string file, string message)
    {
        var refused = Assert.Throws<ImportException>(() => Imported.Of(file));
        Assert.Equal("import.malformed", refused.Code);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.True(refused.Line >= 1 && refused.Column >= 1);
    }

    [Fact]
    public void Repetitions_without_end_are_refused_at_once()
    {
        var refused = Assert.Throws<ImportException>(() => Imported.Of("backbone:\n  - [-1, 900000, Conv, [8, 3, 1]]\n"));
        Assert.Equal("import.too_large", refused.Code);
    }

    private static int LineOf(string file, string part) =>
        file[..file.IndexOf(part, StringComparison.Ordinal)].Count(letter => letter == '\n') + 1;
}
