using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Import.Tests.Darknet;

public sealed class DarknetReaderTests
{
    private const string Net = "[net]\nwidth=64\nheight=64\nchannels=3\n";

    private static string Conv(int filters, int stride = 1) =>
        $"[convolutional]\nbatch_normalize=1\nfilters={filters}\nsize=3\nstride={stride}\npad=1\nactivation=leaky\n";

    [Fact]
    public void A_route_of_two_sizes_is_told_at_its_section()
    {
        var file = Net + Conv(8) + Conv(16, 2) + "[route]\nlayers=-1,-2\n";
        var imported = Imported.Of(file);
        var found = imported.Compiled.Report.Diagnostics.First(each => each.Severity == Severity.Error);
        Assert.Equal(("concat.shape_mismatch", "2.route"), (found.Code.Name, found.Layer));
        Assert.Equal(new Place(19, 1, "[route]"), imported.Network.PlaceOf(found.Layer));
        Assert.Equal(12, imported.Network.PlaceOf(found.Cause!.Layer)!.Value.Line);
        Assert.NotEmpty(found.Fixes);
    }

    [Fact]
    public void A_shortcut_of_unequal_widths_adds_the_channels_that_both_have()
    {
        var imported = Imported.Of(Net + Conv(8) + Conv(24) + "[shortcut]\nfrom=-2\nactivation=leaky\n").IsValid();
        Assert.Equal("[N, 24, 64, 64]", imported.Compiled.Plan!.Shapes[new("2.shortcut")].ToString());
        Assert.Contains(imported.Network.Assumptions, each => each.Contains("unequal widths", StringComparison.Ordinal));
    }

    [Fact]
    public void A_shortcut_from_a_larger_map_takes_every_second_place()
    {
        var imported = Imported.Of(Net + Conv(8) + Conv(8, 2) + "[shortcut]\nfrom=-2\nactivation=linear\n").IsValid();
        Assert.Equal("[N, 8, 32, 32]", imported.Compiled.Plan!.Shapes[new(imported.Compiled.Plan.Outputs[0].Wire.Source)].ToString());
    }

    [Fact]
    public void Filters_that_do_not_fit_the_yolo_section_are_told_with_the_number_that_does()
    {
        var file = Net + Conv(8) + "[convolutional]\nsize=1\nfilters=255\nactivation=linear\n[yolo]\nmask=0,1,2\nclasses=2\n";
        var gap = Assert.Single(Imported.Of(file).IsValid().Network.Gaps);
        Assert.Contains("filters=21", gap.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_that_is_not_known_is_a_gap_at_its_line_and_the_rest_is_checked()
    {
        var imported = Imported.Of(Net + Conv(8) + "[ramp]\nx=1\n" + Conv(16)).IsValid();
        var gap = Assert.Single(imported.Network.Gaps);
        Assert.Equal(("[ramp]", 12), (gap.What, gap.Source!.Value.Line));
        Assert.Null(imported.Network.Count);
    }

    [Fact]
    public void A_pooling_pads_as_Darknet_does()
    {
        var imported = Imported.Of(Net.Replace("64", "13", StringComparison.Ordinal) + "[maxpool]\nsize=2\nstride=1\n").IsValid();
        Assert.Equal("[N, 3, 13, 13]", imported.Compiled.Plan!.Shapes[new("0.maxpool")].ToString());
        var halved = Imported.Of(Net.Replace("64", "13", StringComparison.Ordinal) + "[maxpool]\nsize=2\nstride=2\n").IsValid();
        Assert.Equal("[N, 3, 7, 7]", halved.Compiled.Plan!.Shapes[new("0.maxpool")].ToString());
    }

    [Fact]
    public void A_line_that_is_no_option_is_malformed_and_says_where()
    {
        var refused = Assert.Throws<ImportException>(() => Imported.Of(Net + "what is this\n"));
        Assert.Equal(("import.malformed", 5), (refused.Code, refused.Line));
    }
}
