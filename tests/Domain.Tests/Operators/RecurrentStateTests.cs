using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>Biases of recurrent layers, and the states that they start from and give.</summary>
public sealed class RecurrentStateTests
{
    private static Compilation Compile(string layers, string outputs = "") =>
        Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "x": { "shape": [7, 3], "axes": ["time", "features"] },
                              "y": { "shape": [5, 4], "axes": ["time", "features"] } },
                  "layers": [ {{layers}} ]{{outputs}} }
                """
            )
        );

    private static string SeqToSeq(string encoder, string decoder, string starts, string type = "lstm") =>
        $$"""
        { "name": "encoder", "type": "{{type}}", "inputs": ["x"], {{encoder}} },
        { "name": "decoder", "type": "{{type}}", "inputs": ["y"], {{decoder}}, "initial_state": {{starts}} }
        """;

    [Theory]
    [InlineData("lstm", "true", (4 * 8 * (3 + 8)) + (2 * 32))]                                   // torch.nn.LSTM(3, 8)
    [InlineData("lstm", "\"single\"", (4 * 8 * (3 + 8)) + 32)]                                   // keras.layers.LSTM(8)
    [InlineData("lstm", "false", 4 * 8 * (3 + 8))]
    [InlineData("gru", "true", (3 * 8 * (3 + 8)) + (2 * 24))]                                    // torch.nn.GRU(3, 8)
    [InlineData("gru", "\"single\"", (3 * 8 * (3 + 8)) + 24)]                                    // keras.layers.GRU(8, reset_after=False)
    [InlineData("gru", "false", 3 * 8 * (3 + 8))]
    public void Biases_count_as_the_tool_counts_them_that_has_them(string type, string bias, long parameters)
    {
        var compiled = Compile($$"""{ "type": "{{type}}", "inputs": ["x"], "hidden_size": 8, "bias": {{bias}} }""");
        Assert.Equal(parameters, Totals.Of(compiled.Plan!).Parameters);
    }

    [Theory]
    [InlineData(
        "lstm",
        """ "hidden_size": 6, "return_state": true """,
        """ "hidden_size": 6 """,
        """["encoder:state", "encoder:cell"]"""
    )]
    [InlineData("gru", """ "hidden_size": 6, "return_state": true """, """ "hidden_size": 6 """, "\"encoder:state\"")]
    [InlineData(
        "gru",
        """ "hidden_size": 3, "bidirectional": true, "return_state": true, "return_sequences": false """,
        """ "hidden_size": 6 """,
        """["encoder:state"]"""
    )]
    public void A_decoder_starts_from_an_encoders_state(string type, string encoder, string decoder, string starts)
    {
        var compiled = Compile(SeqToSeq(encoder, decoder, starts, type));
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal("[N, 5, 6]", compiled.Plan!.Shapes[new("decoder")].ToString());
        Assert.Equal("[N, 6]", compiled.Plan.Shapes[new("encoder", 1)].ToString());
    }

    [Fact]
    public void A_state_can_be_an_output_by_its_name()
    {
        var compiled = Compile(
            """{ "name": "r", "type": "lstm", "inputs": ["x"], "hidden_size": 6, "num_layers": 2, "return_state": true }""",
            """, "outputs": ["r", "r:state", "r:cell"]"""
        );
        var plan = compiled.Plan!;
        Assert.Equal(["[N, 7, 6]", "[N, 12]", "[N, 12]"], plan.Outputs.Select(output => plan.Shapes[output.Wire].ToString()));
    }

    [Fact]
    public void A_state_of_another_size_is_told_with_both_and_mended_by_hidden_size()
    {
        var compiled = Compile(
            SeqToSeq(
                """ "hidden_size": 8, "return_state": true """,
                """ "hidden_size": 6 """,
                """["encoder:state", "encoder:cell"]"""
            )
        );
        var error = Assert.Single(compiled.Report.Diagnostics);
        Assert.Equal("layer.shape", error.Code.Name);
        Assert.Equal("decoder", error.Layer);
        Assert.StartsWith(
            "decoder: initial_state encoder:state has 8 features, and the state here has 6: 1 layer in 1 direction of hidden_size 6.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            error.Fixes,
            fix => fix.Patch.ToString().Contains("/layers/1/hidden_size", StringComparison.Ordinal)
                && fix.Patch.ToString().Contains('8', StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("lstm", """ "hidden_size": 6, "return_state": true """, """["encoder:state"]""", "spec.out_of_range")]
    [InlineData("gru", """ "hidden_size": 6, "return_state": true """, """["encoder:state", "encoder:state"]""", "spec.out_of_range")]
    [InlineData("gru", """ "hidden_size": 6 """, """["encoder:state"]""", "spec.unknown_input")]
    [InlineData("gru", """ "hidden_size": 6, "return_state": true """, """["encoder:cell"]""", "spec.unknown_input")]
    [InlineData("gru", """ "hidden_size": 6, "return_state": true """, """["encoder"]""", "layer.rank")]
    [InlineData("gru", """ "hidden_size": 6, "return_state": true """, """["nobody:state"]""", "spec.unknown_input")]
    [InlineData("gru", """ "hidden_size": 6, "return_state": true """, "5", "spec.wrong_type")]
    public void What_is_no_state_is_refused(string type, string encoder, string starts, string code)
    {
        var compiled = Compile(SeqToSeq(encoder, """ "hidden_size": 6 """, starts, type));
        Assert.Equal(code, Assert.Single(compiled.Report.Diagnostics).Code.Name);
    }

    [Fact]
    public void A_block_shares_the_weights_of_another()
    {
        var compiled = Compiler.Compile(
            """
            { "inputs": { "x": { "shape": [1, 8, 8] }, "y": { "shape": [1, 8, 8] } },
              "blocks": { "tower": [
                { "name": "a", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "norm": "batch_norm", "activation": "prelu" },
                { "type": "global_avg_pool" }, { "name": "b", "type": "linear", "out_features": 2 } ] },
              "layers": [
                { "name": "right", "type": "block", "inputs": ["y"], "block": "tower", "weights": "left" },
                { "name": "left", "type": "block", "inputs": ["x"], "block": "tower" },
                { "name": "both", "type": "subtract", "inputs": ["left", "right"] } ] }
            """u8.ToArray()
        );
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal((4 * 9) + 4 + 8 + 1 + (4 * 2) + 2, Totals.Of(compiled.Plan!).Parameters);
        Assert.All(
            compiled.Plan!.Layers.Where(layer => layer.Parameters.Count > 0),
            layer => Assert.StartsWith("left/", layer.Owner, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("nobody", "spec.unknown_input")]
    [InlineData("first", "layer.shared_weights")]
    public void A_block_shares_only_with_one_that_has_its_layers(string other, string code)
    {
        var compiled = Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "x": { "shape": [4] } }, "blocks": { "one": [ { "name": "a", "type": "linear", "out_features": 4 } ] },
                  "layers": [ { "name": "first", "type": "linear", "out_features": 4 },
                    { "name": "second", "type": "block", "block": "one", "weights": "{{other}}" } ] }
                """
            )
        );
        Assert.Equal(code, Assert.Single(compiled.Report.Diagnostics).Code.Name);
    }
}
