using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>Arithmetic, matrix products, attention, volumes: what they give, and what they say where they do not fit.</summary>
public sealed class LanguageTests
{
    private static Compilation Compile(string shape, string layers, string axes = "") =>
        Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "x": { "shape": {{shape}}{{axes}} } }, "layers": [ {{layers}} ] }
                """
            )
        );

    private static string Output(Compilation compiled) =>
        compiled.Plan is { } plan
            ? plan.Shapes[plan.Outputs[0].Wire].ToString()
            : string.Join('\n', compiled.Report.Diagnostics.Select(found => found.Message));

    [Theory]
    [InlineData("""{ "type": "reduce", "axes": ["height"] }""", "[N, 4, 6]")]
    [InlineData("""{ "type": "reduce", "axes": "height" }, { "type": "conv1d", "out_channels": 2, "kernel_size": 3 }""", "[N, 2, 4]")]
    [InlineData("""{ "type": "reduce", "axes": [-1, 1], "keep_dims": true }""", "[N, 1, 8, 1]")]
    [InlineData("""{ "type": "reduce", "op": "l2", "axes": ["channels"] }""", "[N, 8, 6]")]
    [InlineData("""{ "type": "slice", "axis": "width", "start": 1, "step": 2 }""", "[N, 4, 8, 3]")]
    [InlineData("""{ "type": "roll", "axis": "width", "shift": -3 }""", "[N, 4, 8, 6]")]
    [InlineData("""{ "type": "tile", "repeats": [1, 2, 1] }""", "[N, 4, 16, 6]")]
    [InlineData("""{ "type": "stack", "inputs": ["x", "x", "x"], "axis": "depth" }""", "[N, 4, 3, 8, 6]")]
    [InlineData("""{ "type": "stack", "inputs": ["x", "x"], "axis": 1 }""", "[N, 2, 4, 8, 6]")]
    [InlineData("""{ "type": "matmul", "inputs": ["x", "x"], "transpose_b": true }""", "[N, 4, 8, 8]")]
    [InlineData(
        """{ "type": "reshape", "shape": [48, 4], "axes": ["time", "features"] }, { "type": "lstm", "hidden_size": 3 }""",
        "[N, 48, 3]"
    )]
    public void A_layer_gives_this(string layers, string output) => Assert.Equal(output, Output(Compile("[4, 8, 6]", layers)));

    [Theory]
    [InlineData("""{ "type": "conv3d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": [1, 2, 2] }""", "[N, 8, 8, 4, 3]")]
    [InlineData("""{ "type": "conv_transpose3d", "out_channels": 2, "kernel_size": 2, "stride": 2 }""", "[N, 2, 16, 16, 12]")]
    [InlineData("""{ "type": "max_pool3d", "kernel_size": 2 }""", "[N, 4, 4, 4, 3]")]
    [InlineData("""{ "type": "avg_pool3d", "kernel_size": [1, 2, 3] }""", "[N, 4, 8, 4, 2]")]
    [InlineData("""{ "type": "adaptive_avg_pool3d", "output_size": 2 }""", "[N, 4, 2, 2, 2]")]
    [InlineData("""{ "type": "pad3d", "padding": [0, 0, 1, 1, 2, 0] }""", "[N, 4, 10, 10, 6]")]
    [InlineData("""{ "type": "upsample", "scale_factor": [1, 2, 2], "mode": "trilinear" }""", "[N, 4, 8, 16, 12]")]
    [InlineData("""{ "type": "max_pool3d", "kernel_size": 2 }, { "type": "upsample", "size": { "like": "x" } }""", "[N, 4, 8, 8, 6]")]
    [InlineData("""{ "type": "center_crop", "size": 4 }""", "[N, 4, 4, 4, 4]")]
    [InlineData("""{ "type": "batch_norm" }, { "type": "dropout3d" }, { "type": "global_avg_pool" }""", "[N, 4]")]
    public void A_volume_becomes_this(string layers, string output) => Assert.Equal(output, Output(Compile("[4, 8, 8, 6]", layers)));

    [Theory]
    [InlineData("upsample", "upsample-down")]
    [InlineData("pool", "pool-x")]
    public void Volumes_of_two_sizes_are_brought_together(string kind, string id)
    {
        var found = Assert.Single(
            Compile(
                "[4, 8, 8, 6]",
                """
                { "name": "down", "type": "max_pool3d", "kernel_size": 2 },
                { "name": "both", "type": "concat", "inputs": ["x", "down"] }
                """
            ).Report.Diagnostics
        );
        Assert.Equal("stride_difference", found.Cause!.Kind.Name);
        var fix = Assert.Single(found.Fixes, each => each.Id == id);
        Assert.Contains(kind == "pool" ? "\"avg_pool3d\"" : "\"upsample\"", fix.Patch.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "type": "concat", "inputs": ["x", "low"], "align": "pool" }""", "[N, 8, 4, 4, 3]")]
    [InlineData("""{ "type": "concat", "inputs": ["x", "low"], "align": "stride" }""", "[N, 8, 4, 4, 3]")]
    [InlineData("""{ "type": "concat", "inputs": ["x", "low"], "align": "upsample", "fuse": "se" }""", "[N, 8, 8, 8, 6]")]
    [InlineData("""{ "type": "concat", "inputs": ["x", "low"], "align": "pad", "fuse": "conv1x1" }""", "[N, 4, 8, 8, 6]")]
    [InlineData("""{ "type": "concat", "inputs": ["x", "low"], "align": "crop", "fuse": "cbam" }""", "[N, 8, 4, 4, 3]")]
    public void An_alignment_knows_depth(string merge, string output) =>
        Assert.Equal(output, Output(Compile("[4, 8, 8, 6]", """{ "name": "low", "type": "max_pool3d", "kernel_size": 2 }, """ + merge)));

    [Theory]
    [InlineData("""{ "type": "reduce", "axes": ["time"] }""", "layer.axes")]
    [InlineData("""{ "type": "reduce", "axes": [0] }""", "layer.axes")]
    [InlineData("""{ "type": "reduce", "axes": ["height", -2] }""", "spec.out_of_range")]
    [InlineData("""{ "type": "reduce", "axes": ["channels", "height", "width"] }""", "spec.out_of_range")]
    [InlineData("""{ "type": "reduce", "axes": [] }""", "spec.wrong_type")]
    [InlineData("""{ "type": "clamp" }""", "spec.missing_field")]
    [InlineData("""{ "type": "clamp", "min": 1, "max": -1 }""", "spec.out_of_range")]
    [InlineData("""{ "type": "pow" }""", "spec.missing_field")]
    [InlineData("""{ "type": "roll", "axis": "time", "shift": 1 }""", "layer.axes")]
    [InlineData("""{ "type": "slice", "step": 0 }""", "spec.out_of_range")]
    [InlineData("""{ "type": "stack", "inputs": ["x", "x"], "axis": "height" }""", "layer.axes")]
    [InlineData("""{ "type": "stack", "inputs": ["x", "x"], "axis": 0 }""", "layer.axes")]
    [InlineData("""{ "type": "matmul", "inputs": ["x", "x"] }""", "layer.shape")]
    [InlineData("""{ "type": "attention", "inputs": ["x", "x", "x"] }""", "layer.axes")]
    [InlineData("""{ "type": "conv3d", "out_channels": 2, "kernel_size": 1 }""", "layer.rank")]
    [InlineData("""{ "type": "upsample", "scale_factor": 2, "mode": "trilinear" }""", "spec.out_of_range")]
    [InlineData(
        """{ "type": "conv2d", "out_channels": 6, "kernel_size": 3, "groups": "depthwise" }""",
        "layer.not_divisible"
    )]
    [InlineData("""{ "type": "conv2d", "out_channels": 4, "kernel_size": 3, "groups": "depthwize" }""", "spec.wrong_type")]
    [InlineData(
        """{ "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 6, "padding_mode": "reflect" }""",
        "layer.shape"
    )]
    [InlineData("""{ "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding_mode": "mirror" }""", "spec.wrong_type")]
    [InlineData("""{ "type": "reshape", "shape": [48, 4], "axes": ["time"] }""", "spec.out_of_range")]
    public void What_does_not_fit_is_said_once_with_its_code(string layer, string code) =>
        Assert.Equal(
            [code],
            Compile("[4, 8, 6]", layer)
                .Report.Diagnostics.Where(each => each.Severity == Severity.Error)
                .Select(each => each.Code.Name)
        );

    [Fact]
    public void Matrices_that_lie_the_other_way_are_transposed_by_the_first_fix()
    {
        var found = Assert.Single(Compile("[4, 8, 6]", """{ "name": "p", "type": "matmul", "inputs": ["x", "x"] }""").Report.Diagnostics);
        Assert.Contains("the rows of x have 6 numbers and the columns of x 8", found.Message, StringComparison.Ordinal);
        Assert.Equal("""[{"op":"add","path":"/layers/0/transpose_b","value":true}]""", found.Fixes[0].Patch.ToJsonString());
    }

    [Fact]
    public void A_reduction_beside_a_map_keeps_its_axes_by_a_fix()
    {
        var found = Assert.Single(
            Compile(
                "[4, 8, 6]",
                """
                { "name": "rows", "type": "reduce", "axes": ["width"] },
                { "name": "sum", "type": "add", "inputs": ["x", "rows"] }
                """
            ).Report.Diagnostics
        );
        Assert.Equal(("merge.rank_mismatch", "rank_difference"), (found.Code.Name, found.Cause!.Kind.Name));
        Assert.Contains(found.Fixes, fix => fix.Patch.ToJsonString().Contains("keep_dims", StringComparison.Ordinal));
    }

    [Fact]
    public void Stacked_maps_of_two_sizes_are_diagnosed_as_those_of_a_concat_are()
    {
        var found = Assert.Single(
            Compile(
                "[4, 8, 6]",
                """
                { "name": "low", "type": "max_pool2d", "kernel_size": 2 },
                { "name": "all", "type": "stack", "inputs": ["x", "low"], "axis": "depth" }
                """
            ).Report.Diagnostics
        );
        Assert.Equal(("merge.shape_mismatch", "stride_difference", "low"), (found.Code.Name, found.Cause!.Kind.Name, found.Cause.Layer));
        Assert.NotEmpty(found.Fixes);
    }

    [Theory]
    [InlineData("""{ "name": "k", "type": "linear", "out_features": 10 }""", 2, "layer.shape", true)]
    [InlineData("""{ "name": "k", "type": "slice", "axis": "time", "end": 5 }""", 2, "layer.shape", false)]
    [InlineData("""{ "name": "k", "type": "identity" }""", 5, "layer.not_divisible", true)]
    [InlineData("""{ "name": "k", "type": "identity" }""", 4, null, false)]
    public void Attention_says_what_does_not_meet(string keys, int heads, string? code, bool isMended)
    {
        var compiled = Compile(
            "[7, 12]",
            keys + $$""", { "type": "attention", "inputs": ["x", "k", "x"], "num_heads": {{heads}} }""",
            """, "axes": ["time", "features"]"""
        );
        Assert.Equal(code is null ? [] : [code], compiled.Report.Diagnostics.Select(found => found.Code.Name));
        if (isMended)
            Assert.NotEmpty(compiled.Report.Diagnostics.Single().Fixes);
    }

    [Fact]
    public void Attention_counts_the_two_products()
    {
        var compiled = Compile(
            "[7, 12]",
            """
            { "name": "v", "type": "linear", "out_features": 20 },
            { "type": "attention", "inputs": ["x", "x", "v"], "num_heads": 4 }
            """,
            """, "axes": ["time", "features"]"""
        );
        Assert.Equal((7 * 12 * 20) + (7 * 7 * 12) + (7 * 7 * 20), Totals.Of(compiled.Plan!).Macs);
    }

    [Fact]
    public void A_depthwise_convolution_has_a_kernel_for_each_channel_that_arrives()
    {
        var compiled = Compile("[4, 8, 6]", """{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "groups": "depthwise" }""");
        Assert.Equal((8 * 9) + 8, Totals.Of(compiled.Plan!).Parameters);
        Assert.Equal(8 * 6 * 4 * 9, Totals.Of(compiled.Plan!).Macs);
    }

    [Theory]
    [InlineData(
        """{ "type": "conv2d", "out_channels": 2, "kernel_size": 7, "padding": 3, "padding_mode": "reflect" }""",
        "W >= 4"
    )]
    [InlineData(
        """{ "type": "conv2d", "out_channels": 2, "kernel_size": 7, "padding": 3, "padding_mode": "circular" }""",
        "W >= 3"
    )]
    public void A_symbol_is_bounded_by_what_a_layer_needs(string layer, string condition)
    {
        var compiled = Compile("""[4, 8, "W"]""", layer);
        Assert.Equal("conditional", compiled.Verdict);
        Assert.Contains(condition, Assert.Single(compiled.Report.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Symbols_pass_through_reductions_slices_and_products()
    {
        var compiled = Compile(
            """["T", 12]""",
            """
            { "name": "every", "type": "slice", "axis": "time", "step": 2 },
            { "name": "scores", "type": "matmul", "inputs": ["x", "every"], "transpose_b": true },
            { "name": "best", "type": "reduce", "op": "max", "axes": [2] }
            """,
            """, "axes": ["time", "features"]"""
        );
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal("[N, T, ceil(T / 2)]", compiled.Plan!.Shapes[new("scores")].ToString());
        Assert.Equal("[N, T]", Output(compiled));
    }
}
