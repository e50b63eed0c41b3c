using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>Faults of learned tensors, attention, shared weights, states and volumes: what is told, and that a fix is offered.</summary>
public sealed class NewPieceFaultTests
{
    private static Diagnostic Error(string inputs, string layers) =>
        Assert.Single(
            Compiler
                .Compile(Encoding.UTF8.GetBytes($$"""{ "inputs": { {{inputs}} }, "layers": [ {{layers}} ] }"""))
                .Report.Diagnostics,
            found => found.Severity == Severity.Error
        );

    private const string Tokens = """
        { "name": "patches", "type": "conv2d", "out_channels": 64, "kernel_size": 16, "stride": 16 },
        { "name": "row",     "type": "flatten", "start_dim": 2 },
        { "name": "tokens",  "type": "permute", "dims": [0, 2, 1] },
        """;

    [Theory]
    [InlineData(Tokens, "tokens", 197, "tokens is 196", "positions is 197")] // the class token is forgotten
    [InlineData(
        Tokens
            + """
            { "name": "class", "type": "parameter", "shape": [1, 64], "axes": ["time", "features"] },
            { "name": "sequence", "type": "concat", "inputs": ["class", "tokens"], "axis": "time" },
            """,
        "sequence",
        196,
        "sequence is 197",
        "positions is 196"
    )]
    public void Positions_for_another_length_are_told_with_both_lengths(string before, string reads, int length, string has, string table)
    {
        var error = Error(
            """ "image": { "shape": [3, 224, 224] } """,
            $$"""
            {{before}}
            { "name": "positions", "type": "parameter", "shape": [{{length}}, 64], "axes": ["time", "features"] },
            { "name": "placed", "type": "add", "inputs": ["{{reads}}", "positions"] }
            """
        );
        Assert.Equal(("merge.shape_mismatch", "placed"), (error.Code.Name, error.Layer));
        Assert.Contains(has, error.Message, StringComparison.Ordinal);
        Assert.Contains(table, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Cause);
        Assert.NotEmpty(error.Fixes);
    }

    [Fact]
    public void Queries_and_keys_of_different_widths_are_told_with_both()
    {
        var error = Error(
            """ "x": { "shape": [10, 32], "axes": ["time", "features"] } """,
            """
            { "name": "q", "type": "linear", "inputs": ["x"], "out_features": 24 },
            { "name": "k", "type": "linear", "inputs": ["x"], "out_features": 16 },
            { "name": "taken", "type": "attention", "inputs": ["q", "k", "x"] }
            """
        );
        Assert.Equal("taken", error.Layer);
        Assert.Contains("24", error.Message, StringComparison.Ordinal);
        Assert.Contains("16", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Fixes);
    }

    [Fact]
    public void Towers_of_different_widths_cannot_share()
    {
        var error = Error(
            """ "x": { "shape": [3, 8, 8] }, "y": { "shape": [1, 8, 8] } """,
            """
            { "name": "a", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 3 },
            { "name": "b", "type": "conv2d", "inputs": ["y"], "out_channels": 4, "kernel_size": 3, "weights": "a" },
            { "name": "both", "type": "add", "inputs": ["a", "b"] }
            """
        );
        Assert.Equal(("layer.shared_weights", "b"), (error.Code.Name, error.Layer));
        Assert.Contains("made for 3 features, and 1 arrive", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Fixes);
    }

    [Fact]
    public void A_volume_of_odd_depth_is_blamed_on_the_layer_that_lost_the_remainder()
    {
        var error = Error(
            """ "volume": { "shape": [1, 15, 16, 16] } """,
            """
            { "name": "top",  "type": "conv3d", "out_channels": 4, "kernel_size": 3, "padding": 1 },
            { "name": "pool", "type": "max_pool3d", "kernel_size": 2 },
            { "name": "low",  "type": "conv3d", "out_channels": 4, "kernel_size": 3, "padding": 1 },
            { "name": "up",   "type": "conv_transpose3d", "out_channels": 4, "kernel_size": 2, "stride": 2 },
            { "name": "join", "type": "concat", "inputs": ["top", "up"] }
            """
        );
        Assert.Equal(("concat.shape_mismatch", "join"), (error.Code.Name, error.Layer));
        Assert.Equal(("odd_size_rounding", "pool"), (error.Cause!.Kind.Name, error.Cause.Layer));
        Assert.NotEmpty(error.Fixes);
    }
}
