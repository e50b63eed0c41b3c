using System.Text;
using ConcatService.Domain.Data;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Data;

/// <summary>Specs with symbolic sizes on a data set whose samples have numbers: 1x28x28.</summary>
public sealed class SampleSizesTests
{
    private static Compilation Compile(string shape, string layers, string symbols = "{}") =>
        SampleSizes.Compile(
            Encoding.UTF8.GetBytes(
                $$"""{ "inputs": { "image": { "shape": {{shape}} } }, "symbols": {{symbols}}, "layers": [ {{layers}} ] }"""
            ),
            BuiltInDataSets.Find("two-scale")!
        );

    private const string TwoLevels = """
        { "name": "down", "type": "max_pool2d", "kernel_size": 4 },
        { "name": "up", "type": "upsample", "scale_factor": 4 },
        { "name": "both", "type": "concat", "inputs": ["image", "up"] }
        """;

    [Fact]
    public void A_conditional_spec_is_valid_where_the_samples_fit_the_condition()
    {
        var compiled = Compile("""[1, "H", "W"]""", TwoLevels);
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal("[N, 2, 28, 28]", compiled.Planned.Shapes[compiled.Graph.Outputs[0].Wire].ToString());
    }

    [Fact]
    public void Where_they_do_not_fit_the_numbers_are_told()
    {
        var compiled = Compile("""[1, "H", "W"]""", TwoLevels.Replace('4', '8'));
        Assert.Equal("invalid", compiled.Verdict);
        Assert.Contains("image is 28x28, up is 24x24", Assert.Single(compiled.Report.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_that_the_promise_leaves_out_is_refused()
    {
        var found = Assert.Single(Compile("""[1, "H", "W"]""", TwoLevels, """{ "H": { "multiple_of": 16 } }""").Report.Diagnostics);
        Assert.Equal("data.input /symbols/H", $"{found.Code} {found.Path}");
    }

    [Fact]
    public void A_symbol_that_would_have_two_sizes_stays_one() =>
        Assert.Equal(
            "[N, S, S, 28]",
            Compile("""["S", "S", 28]""", """{ "type": "identity" }""").Plan!.Shapes[new("identity_0")].ToString()
        );
}
