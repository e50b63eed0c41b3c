using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>Lists of layers that are applied to every step.</summary>
public sealed class TimeDistributedTests
{
    private static Compilation Compile(string layers, string more = "") =>
        Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "video": { "shape": [5, 3, 8, 8], "axes": ["time", "channels", "height", "width"] },
                              "words": { "shape": [7, 4], "axes": ["time", "features"] },
                              "signal": { "shape": [4, 7] }, "picture": { "shape": [3, 8, 8] } },
                  "layers": [ {{layers}} ]{{more}} }
                """
            )
        );

    private const string Convolutions = """
        { "name": "each", "type": "time_distributed", "inputs": ["video"], "layers": [
          { "name": "conv", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "norm": "batch_norm" },
          { "type": "relu" } ] }
        """;

    [Theory]
    [InlineData("video", """{ "type": "conv2d", "out_channels": 4, "kernel_size": 3 }""", "[N, 5, 4, 6, 6]")]
    [InlineData("video", """{ "type": "conv2d", "out_channels": 4, "kernel_size": 3 }, { "type": "global_avg_pool" }""", "[N, 5, 4]")]
    [InlineData("words", """{ "type": "linear", "out_features": 9 }""", "[N, 7, 9]")]
    [InlineData("signal", """{ "type": "linear", "out_features": 9 }""", "[N, 9, 7]")]
    [InlineData("video", "", "[N, 5, 3, 8, 8]")]
    public void Every_step_goes_through_the_list(string input, string layers, string output)
    {
        var compiled = Compile($$"""{ "name": "each", "type": "time_distributed", "inputs": ["{{input}}"], "layers": [ {{layers}} ] }""");
        Assert.Equal(output, compiled.Plan!.Shapes[new("each")].ToString());
    }

    [Fact]
    public void Weights_count_once_and_products_at_every_step()
    {
        var plan = Compile(Convolutions).Plan!;
        Assert.Equal((3 * 4 * 9) + 4 + 8, Totals.Of(plan).Parameters);
        Assert.Equal(5 * 3 * 4 * 9 * 64, Totals.Of(plan).Macs);
        Assert.Equal(["each/fold", "each/conv", "each/conv/norm", "each/relu_1", "each"], plan.Layers.Select(layer => layer.Name));
    }

    [Theory]
    [InlineData("""{ "type": "add", "inputs": ["video", "each/conv"] }""")]
    [InlineData(
        """{ "type": "time_distributed", "inputs": ["video"], "layers": [ { "type": "add", "inputs": ["picture", "picture"] } ] }"""
    )]
    public void Nothing_else_flows_in_or_out(string layer)
    {
        var error = Assert.Single(Compile($"{Convolutions}, {layer}").Report.Diagnostics);
        Assert.Equal("spec.unknown_input", error.Code.Name);
    }

    [Fact]
    public void One_step_is_no_output() =>
        Assert.Equal(
            "spec.no_output",
            Assert.Single(Compile(Convolutions, """, "outputs": ["each/conv"]""").Report.Diagnostics).Code.Name
        );

    [Theory]
    [InlineData("picture", """{ "type": "relu" }""", "layer.axes")]
    [InlineData("video", """{ "type": "reshape", "shape": [3, 64], "axes": ["features", "time"] }""", "layer.axes")]
    [InlineData("video", """{ "type": "linear", "out_features": 2, "in_features": 4 }""", "layer.declared_width")]
    public void What_a_step_cannot_be_is_told(string input, string layers, string code)
    {
        var compiled = Compile($$"""{ "name": "each", "type": "time_distributed", "inputs": ["{{input}}"], "layers": [ {{layers}} ] }""");
        Assert.Equal(code, Assert.Single(compiled.Report.Diagnostics).Code.Name);
    }

    [Fact]
    public void Layers_are_what_it_needs()
    {
        var error = Assert.Single(Compile("""{ "type": "time_distributed", "inputs": ["video"] }""").Report.Diagnostics);
        Assert.Equal("spec.missing_field", error.Code.Name);
    }
}
