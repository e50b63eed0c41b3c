using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>Layers that compute with the weights of another.</summary>
public sealed class SharedWeightsTests
{
    private static Compilation Compile(string layers) =>
        Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "x": { "shape": [3, 8, 8] }, "y": { "shape": [3, 4, 4] } },
                  "layers": [ {{layers}} ], "outputs": ["a", "b"] }
                """
            )
        );

    private static string Conv(string name, string input, string more = "") =>
        $$"""{ "name": "{{name}}", "type": "conv2d", "inputs": ["{{input}}"], "out_channels": 4, "kernel_size": 3 {{more}} }""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_count_once_and_are_one_initializer_wherever_the_owner_stands(bool ownerLast)
    {
        var (owner, other) = (Conv("a", "x"), Conv("b", "y", """, "weights": "a" """));
        var compiled = Compile(ownerLast ? $"{other}, {owner}" : $"{owner}, {other}");
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal((4 * 3 * 9) + 4, Totals.Of(compiled.Plan!).Parameters);
        Assert.Equal(4 * 27 * (36 + 4), Totals.Of(compiled.Plan!).Macs);
        var graph = OnnxGraphBuilder.Build(compiled.Plan!, new Dictionary<string, Normalization>());
        Assert.Equal(["a.bias", "a.weight"], graph.Initializers.Select(each => each.Key).OfType<string>().Order());
        Assert.Equal(2, graph.Nodes.Count(node => node.OpType == "Conv" && node.Inputs.Contains("a.weight")));
    }

    [Fact]
    public void They_are_shared_along_a_chain()
    {
        var compiled = Compile(
            $"{Conv("b", "y", """, "weights": "c" """)}, {Conv("c", "y", """, "weights": "a" """)}, {Conv("a", "x")}, "
                + """{ "type": "add", "inputs": ["b", "c"] }"""
        );
        Assert.Equal("valid", compiled.Verdict);
        Assert.All(compiled.Plan!.Layers.Where(layer => layer.Parameters.Count > 0), layer => Assert.Equal("a", layer.Owner));
    }

    [Fact]
    public void A_composite_shares_those_of_its_parts()
    {
        var compiled = Compile(
            """
            { "name": "a", "type": "squeeze_excitation", "inputs": ["x"], "reduction": 1 },
            { "name": "b", "type": "squeeze_excitation", "inputs": ["y"], "reduction": 1, "weights": "a" }
            """
        );
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal(2 * ((3 * 3) + 3), Totals.Of(compiled.Plan!).Parameters);
    }

    [Fact]
    public void A_repetition_can_share_them_with_a_layer_before_it()
    {
        var compiled = Compile(
            """
            { "name": "first", "type": "conv2d", "inputs": ["x"], "out_channels": 3, "kernel_size": 3, "padding": 1 },
            { "name": "a", "type": "repeat", "times": 3,
              "layers": [ { "type": "conv2d", "out_channels": 3, "kernel_size": 3, "padding": 1, "weights": "first" } ] },
            { "name": "b", "type": "relu", "inputs": ["y"] }
            """
        );
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal((3 * 3 * 9) + 3, Totals.Of(compiled.Plan!).Parameters);
    }

    [Theory]
    [InlineData("""{ "name": "b", "type": "linear", "inputs": ["y"], "out_features": 4, "weights": "a" }""", "is conv2d and not linear")]
    [InlineData(
        """{ "name": "b", "type": "conv2d", "inputs": ["y"], "out_channels": 4, "kernel_size": 3, "stride": 2, "weights": "a" }""",
        "with other options"
    )]
    [InlineData(
        """{ "name": "b", "type": "conv2d", "inputs": ["y"], "out_channels": 4, "kernel_size": 3, "weights": "x" }""",
        "no layer 'x'"
    )]
    public void What_does_not_fit_is_said(string layer, string told)
    {
        var found = Assert.Single(Compile($"{Conv("a", "x")}, {layer}").Report.Diagnostics);
        Assert.Equal(("layer.shared_weights", "b"), (found.Code.Name, found.Layer));
        Assert.Contains(told, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_width_is_told_with_both_numbers_and_mended_by_a_projection()
    {
        var found = Assert.Single(
            Compile(
                $"{Conv("a", "x")}, {Conv("w", "y")}, "
                    + """{ "name": "b", "type": "conv2d", "out_channels": 4, "kernel_size": 1, "weights": "one" }, """
                    + """{ "name": "one", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 1 }"""
            ).Report.Diagnostics,
            each => each.Severity == Domain.Diagnostics.Severity.Error
        );
        Assert.Contains("made for 3 features, and 4 arrive from w", found.Message, StringComparison.Ordinal);

        var behind = Assert.Single(
            Compile($"{Conv("a", "x")}, {Conv("w", "a")}, {Conv("b", "w", """, "weights": "a" """)}").Report.Diagnostics
        );
        Assert.Equal("layer.shared_weights", behind.Code.Name);
        Assert.Contains(behind.Fixes, fix => fix.Patch.ToJsonString().Contains("\"out_channels\":3", StringComparison.Ordinal));
    }

    [Fact]
    public void A_circle_is_an_error()
    {
        var found = Compile($"{Conv("a", "x", """, "weights": "b" """)}, {Conv("b", "y", """, "weights": "a" """)}").Report.Diagnostics;
        Assert.All(found, each => Assert.Equal("layer.shared_weights", each.Code.Name));
        Assert.NotEmpty(found);
    }

    [Fact]
    public void A_layer_without_weights_has_none_to_share() =>
        Assert.Contains(
            Compile($$"""{{Conv("a", "x")}}, { "name": "b", "type": "relu", "inputs": ["y"], "weights": "a" }""").Report.Diagnostics,
            each => each.Code.Name == "spec.unknown_field"
        );

    [Fact]
    public void An_owner_that_does_not_fit_is_told_alone() =>
        Assert.Equal(
            ["layer.size_below_one"],
            Compile(
                """
                { "name": "b", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 5, "weights": "a" },
                { "name": "a", "type": "conv2d", "inputs": ["y"], "out_channels": 4, "kernel_size": 5 }
                """
            ).Report.Diagnostics.Where(each => each.Severity == Domain.Diagnostics.Severity.Error).Select(each => each.Code.Name)
        );
}
