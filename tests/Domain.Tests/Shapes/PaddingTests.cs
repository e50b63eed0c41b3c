using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Shapes;

public sealed class PaddingTests
{
    [Theory]
    [InlineData("""{ "type": "conv1d", "out_channels": 4, "kernel_size": 3, "dilation": 4, "padding": "causal" }""", "[N, 4, 20]")]
    // keras.layers.Conv1D(4, 3, strides=3, padding="causal"): (20 + 2 - 3) // 3 + 1
    [InlineData("""{ "type": "conv1d", "out_channels": 4, "kernel_size": 3, "stride": 3, "padding": "causal" }""", "[N, 4, 7]")]
    [InlineData("""{ "type": "max_pool1d", "kernel_size": 4, "stride": 1, "padding": "causal" }""", "[N, 3, 20]")]
    [InlineData("""{ "type": "conv1d", "out_channels": 4, "kernel_size": 5, "padding": [[4, 0]] }""", "[N, 4, 20]")]
    [InlineData("""{ "type": "avg_pool1d", "kernel_size": 4, "stride": 2, "padding": [[1, 2]] }""", "[N, 3, 10]")]
    public void Sequences_are_padded_on_one_side(string layer, string output) => Assert.Equal(output, Output("[3, 20]", layer));

    [Fact]
    public void Causal_padding_holds_for_every_length() =>
        Assert.Equal(
            "[N, 4, T]",
            Output("""[3, "T"]""", """{ "type": "conv1d", "out_channels": 4, "kernel_size": 3, "padding": "causal" }""")
        );

    [Fact]
    public void Each_dimension_has_its_own_sides() =>
        Assert.Equal(
            "[N, 4, 10, 9]", // 8 + 1 + 3 - 2, 8 + 0 + 3 - 2
            Output("[3, 8, 8]", """{ "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": [[1, 3], [0, 3]] }""")
        );

    [Theory]
    [InlineData("""{ "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": "causal" }""")]
    [InlineData("""{ "type": "max_pool2d", "kernel_size": 2, "padding": [[0, 1], [0, 1]], "ceil_mode": true }""")]
    [InlineData("""{ "type": "max_pool2d", "kernel_size": 3, "padding": [[0, 2], [0, 0]] }""")]
    [InlineData("""{ "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": [[1, 0]] }""")]
    public void What_a_window_cannot_pad_is_refused(string layer)
    {
        var found = Assert.Single(Compile("[3, 8, 8]", layer).Report.Diagnostics);
        Assert.Equal("spec.out_of_range", found.Code.Name);
    }

    [Theory]
    [InlineData("""[[1, 0, 2]]""")]
    [InlineData("""[[1], [2]]""")]
    [InlineData("""[[1, 0], 2]""")]
    [InlineData("\"casual\"")]
    public void What_is_no_padding_is_refused(string padding)
    {
        var found = Assert.Single(
            Compile("[3, 8, 8]", $$"""{ "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": {{padding}} }""")
                .Report.Diagnostics
        );
        Assert.Equal("/layers/0/padding", found.Path.ToString());
    }

    private static Compilation Compile(string shape, string layer) =>
        Compiler.Compile(Encoding.UTF8.GetBytes($$"""{ "inputs": { "x": { "shape": {{shape}} } }, "layers": [ {{layer}} ] }"""));

    private static string Output(string shape, string layer)
    {
        var compiled = Compile(shape, layer);
        Assert.Empty(compiled.Report.Diagnostics.Select(found => found.Message));
        return compiled.Plan!.Shapes[compiled.Plan.Outputs[0].Wire].ToString();
    }
}
