using System.Globalization;
using System.Xml.Linq;
using ConcatService.Pictures.Plotting;
using Xunit;

namespace ConcatService.Pictures.Tests.Plotting;

/// <summary>The forest plot of a study.</summary>
public sealed class ForestSvgTests
{
    [Fact]
    public void Points_and_intervals_stand_in_the_order_of_their_numbers_around_the_line_at_zero()
    {
        var svg = Draw(
            new("worse & <worse>", -2, -3, -1, "-2.0, 8 seeds", IsSure: true),
            new("better", 1, 0.5, 1.6, "+1.0, 8 seeds", IsSure: false),
            new("waits", null, null, null, "no seed yet", IsSure: false)
        );
        var circles = Of(svg, "circle").Select(circle => Number(circle, "cx")).ToList();
        var spans = Of(svg, "path").Where(path => path.Attribute("class")!.Value == "span").Select(Ends).ToList();
        var zero = Ends(Of(svg, "path").Single(path => path.Attribute("class")!.Value == "zero")).From;
        Assert.Equal((2, 2), (circles.Count, spans.Count));
        Assert.True(spans[0].From < circles[0] && circles[0] < spans[0].To && spans[0].To < zero);
        Assert.True(zero < spans[1].From && spans[1].From < circles[1] && circles[1] < spans[1].To);
        Assert.Equal(["point sure", "point"], Of(svg, "circle").Select(circle => circle.Attribute("class")!.Value));
        Assert.Contains("worse & <worse>", Of(svg, "text").Select(text => text.Value));
    }

    [Fact]
    public void Without_any_number_it_is_a_picture_all_the_same()
    {
        var svg = Draw(new ForestRow("waits", null, null, null, "no seed yet", IsSure: false));
        Assert.DoesNotContain(svg.Descendants().Attributes(), attribute => attribute.Value.Contains("NaN", StringComparison.Ordinal));
        Assert.Empty(Of(Draw(), "circle"));
        var same = Draw(new ForestRow("same", 0, 0, 0, "0, 8 seeds", IsSure: false));
        Assert.Equal(
            Number(Of(same, "circle").Single(), "cx"),
            Ends(Of(same, "path").Single(path => path.Attribute("class")!.Value == "zero")).From
        );
    }

    private static XDocument Draw(params ForestRow[] rows) => XDocument.Parse(ForestSvg.Draw(new("a study", "points", rows)));

    private static IEnumerable<XElement> Of(XDocument svg, string name) =>
        svg.Descendants().Where(element => element.Name.LocalName == name);

    private static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    /// <summary>Of a path such as <c>M10 20H30</c>.</summary>
    private static (double From, double To) Ends(XElement path)
    {
        var parts = path.Attribute("d")!.Value[1..].Split(' ', 'H', 'V');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[^1], CultureInfo.InvariantCulture));
    }
}
