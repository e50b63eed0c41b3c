using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests;

/// <summary>What operators say about specs that do not fit them, and what they make of those that do.</summary>
public sealed class OperatorTests
{
    private static Compilation Compile(string shape, string layers, string more = "") =>
        Compiler.Compile(Encoding.UTF8.GetBytes($$"""{ {{more}} "inputs": { "x": { "shape": {{shape}} } }, "layers": [ {{layers}} ] }"""));

    private static string Output(Compilation compiled) => compiled.Plan!.Shapes[compiled.Plan.Outputs[0].Wire].ToString();

    [Fact]
    public void A_layer_with_a_data_format_of_its_own_reads_positions_in_that_order_and_gives_them_back_in_the_specs()
    {
        var compiled = Compile(
            "[64, 28, 28]",
            """{ "name": "pool", "type": "max_pool2d", "kernel_size": 2, "data_format": "channels_last" }"""
        );
        Assert.Equal("[N, 32, 14, 28]", Output(compiled));
        Assert.Equal(["pool/read", "pool/channels_last", "pool"], compiled.Plan!.Layers.Select(layer => layer.Name));
    }

    [Theory]
    [InlineData(5, "[5, 1, 1]", "[N, 5, H, W]")]
    [InlineData(1, "[1, 1, 1]", "[N, 3, H, W]")]
    [InlineData(7, "[1, 7, 1]", "[N, 3, 7, W]")]
    public void An_expansion_takes_the_sizes_of_another_layer_for_its_dimensions_of_one(int features, string shape, string output)
    {
        var compiled = Compile(
            """[3, "H", "W"]""",
            $$"""
            { "name": "start", "type": "global_avg_pool" }, { "type": "linear", "out_features": {{features}} },
            { "type": "reshape", "shape": {{shape}} }, { "type": "expand", "shape": { "like": "x" } }
            """
        );
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal(output, Output(compiled));
    }

    [Theory]
    [InlineData("[3, 4, 6]", "[N, 3, 4, 6]")]
    [InlineData("[3, 2, 3]", "[N, 3, 4, 6]")]
    [InlineData("[3, 1, 6]", "[N, 3, 4, 6]")]
    [InlineData("[3, 3, 6]", null)]
    public void A_tile_makes_the_sizes_of_another_layer_where_they_are_multiples(string shape, string? output)
    {
        var compiled = Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "x": { "shape": {{shape}} }, "like": { "shape": [5, 4, 6] } },
                  "layers": [ { "type": "tile", "inputs": ["x"], "repeats": { "like": "like" } } ] }
                """
            )
        );
        Assert.Equal(output, compiled.Plan is null ? null : Output(compiled));
        Assert.Equal(output is null ? ["layer.shape"] : [], compiled.Report.Diagnostics.Select(found => found.Code.Name));
    }

    [Fact]
    public void Squeeze_and_excitation_stands_for_visible_layers()
    {
        var compiled = Compile("[32, 8, 8]", """{ "name": "se", "type": "squeeze_excitation" }""");
        Assert.Equal(
            ["se/pool", "se/reduce", "se/activation", "se/widen", "se/gate", "se"],
            compiled.Plan!.Layers.Select(layer => layer.Name)
        );
        Assert.Equal((32 * 2) + 2 + (2 * 32) + 32, Totals.Of(compiled.Plan).Parameters);
    }

    [Theory]
    [InlineData("none", 0, "[N, 11, 6, 5]")]
    [InlineData("conv1x1", (11 * 8) + 16, "[N, 8, 6, 5]")]
    [InlineData("l2norm", 11, "[N, 11, 6, 5]")]
    [InlineData("gate", (11 * 11) + 11, "[N, 11, 6, 5]")]
    [InlineData("gmu", (3 * 8) + 8 + (8 * 8) + 8 + (11 * 8) + 8, "[N, 8, 6, 5]")]
    [InlineData("eca", 3, "[N, 11, 6, 5]")]
    public void A_fusion_adds_visible_layers_behind_the_concat(string fuse, long parameters, string output)
    {
        var compiled = Compile(
            "[3, 6, 5]",
            $$"""
            { "name": "wide", "type": "conv2d", "out_channels": 8, "kernel_size": 1 },
              { "name": "both", "type": "concat", "inputs": ["x", "wide"], "fuse": "{{fuse}}" }
            """
        );
        Assert.Equal(output, Output(compiled));
        Assert.Equal((3 * 8) + 8 + parameters, Totals.Of(compiled.Plan!).Parameters);
        Assert.Equal("both", compiled.Plan!.Layers[^1].Name);
    }

    [Fact]
    public void A_gate_starts_half_open()
    {
        var compiled = Compile("[3, 6, 5]", """{ "name": "both", "type": "concat", "inputs": ["x", "x"], "fuse": "gate" }""");
        Assert.All(
            compiled
                .Plan!.Layers.Where(layer => layer.Name.StartsWith("both/see", StringComparison.Ordinal))
                .SelectMany(layer => layer.Parameters),
            parameter => Assert.Equal(Domain.Operators.Initializer.Zeros, parameter.Initializer)
        );
    }

    [Fact]
    public void Upsample_takes_the_size_of_another_layer_also_a_symbolic_one()
    {
        var compiled = Compile("""[3, "H", "W"]""", """
            { "name": "low", "type": "max_pool2d", "kernel_size": 2 },
            { "name": "up", "type": "upsample", "size": { "like": "x" } },
            { "name": "both", "type": "concat", "inputs": ["x", "up"] }
            """);
        Assert.Equal("[N, 6, H, W]", Output(compiled));
    }

    [Fact]
    public void Split_is_used_by_its_parts()
    {
        var parts = Compile(
            "[6, 4, 4]",
            """{ "name": "s", "type": "split", "sections": [2, 4] }, { "name": "y", "type": "concat", "inputs": ["s:1", "s:0"] }"""
        );
        Assert.Equal("[N, 6, 4, 4]", Output(parts));
        var bare = Assert.Single(
            Compile(
                "[6, 4, 4]",
                """{ "name": "s", "type": "split", "sections": 2 }, { "name": "y", "type": "relu", "inputs": ["s"] }"""
            ).Report.Diagnostics
        );
        Assert.Equal("spec.unknown_input /layers/1/inputs/0", $"{bare.Code} {bare.Path}");
        Assert.Contains("'s:0'", bare.Message, StringComparison.Ordinal);
        var uneven = Assert.Single(
            Compile(
                "[6, 4, 4]",
                """{ "name": "s", "type": "split", "sections": 4 }, { "name": "y", "type": "relu", "inputs": ["s:0"] }"""
            ).Report.Diagnostics
        );
        Assert.Equal("layer.not_divisible", uneven.Code.Name);
    }

    [Theory]
    [InlineData("""{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "groups": 5 }""", "layer.not_divisible")]
    [InlineData("""{ "type": "conv2d", "out_channels": 8, "kernel_size": [3, 3, 3] }""", "spec.out_of_range")]
    [InlineData("""{ "type": "conv1d", "out_channels": 8, "kernel_size": 3 }""", "layer.rank")]
    [InlineData("""{ "type": "max_pool2d", "kernel_size": 2, "padding": 2 }""", "spec.out_of_range")]
    [InlineData("""{ "type": "max_pool2d", "kernel_size": 9 }""", "layer.size_below_one")]
    [InlineData("""{ "type": "upsample" }""", "spec.missing_field")]
    [InlineData("""{ "type": "upsample", "scale_factor": 2, "mode": "linear" }""", "spec.out_of_range")]
    [InlineData("""{ "type": "upsample", "size": { "like": "y" } }""", "spec.unknown_input")]
    [InlineData("""{ "type": "reshape", "shape": [5, -1] }""", "layer.shape")]
    [InlineData("""{ "type": "permute", "dims": [1, 0, 2, 3] }""", "spec.out_of_range")]
    [InlineData("""{ "type": "expand", "shape": [4, 16, 8] }""", "layer.shape")]
    [InlineData("""{ "type": "slice", "axis": 0 }""", "layer.axes")]
    [InlineData("""{ "type": "slice", "start": 4 }""", "layer.size_below_one")]
    [InlineData("""{ "type": "pad2d", "padding": 8, "mode": "reflect" }""", "layer.shape")]
    [InlineData("""{ "type": "center_crop", "size": 9 }""", "layer.shape")]
    [InlineData("""{ "type": "pixel_unshuffle", "factor": 3 }""", "layer.not_divisible")]
    [InlineData("""{ "type": "group_norm", "num_groups": 3 }""", "layer.not_divisible")]
    [InlineData("""{ "type": "embedding", "num_embeddings": 3, "embedding_dim": 2 }""", "layer.dtype")]
    [InlineData("""{ "type": "lstm", "hidden_size": 3 }""", "layer.rank")]
    [InlineData("""{ "type": "concat", "inputs": ["x", "x"], "fuse": "gat" }""", "spec.wrong_type")]
    [InlineData("""{ "type": "concat", "inputs": ["x", "x"], "axis": "height", "fuse": "gate" }""", "concat.axis")]
    [InlineData("""{ "type": "squeeze_excitation", "activation": "rely" }""", "spec.unknown_type")]
    [InlineData("""{ "type": "add", "inputs": [] }""", "merge.degenerate")]
    public void What_does_not_fit_is_said_once_with_its_code(string layer, string code) =>
        Assert.Equal(
            [code],
            Compile("[4, 8, 8]", layer).Report.Diagnostics.Where(each => each.Severity == Severity.Error).Select(each => each.Code.Name)
        );
}
