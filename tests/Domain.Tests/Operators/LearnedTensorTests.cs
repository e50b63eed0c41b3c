using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Memory;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>Tensors of the network's own.</summary>
public sealed class LearnedTensorTests
{
    private static Compilation Compile(string layers, string inputs = """ "x": { "shape": [196, 64], "axes": ["time", "features"] } """) =>
        Compiler.Compile(Encoding.UTF8.GetBytes($$"""{ "inputs": { {{inputs}} }, "layers": [ {{layers}} ] }"""));

    private const string Token = """{ "name": "token", "type": "parameter", "shape": [1, 64], "axes": ["time", "features"] }, """;

    [Fact]
    public void It_is_counted_and_joins_what_the_network_computes()
    {
        var compiled = Compile(Token + """{ "name": "both", "type": "concat", "inputs": ["token", "x"], "axis": "time" }""");
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal("[N, 197, 64]", compiled.Plan!.Shapes[compiled.Plan.Outputs[0].Wire].ToString());
        Assert.Equal((64, 0, 0), Counted(compiled));
    }

    [Fact]
    public void What_is_not_trained_is_a_buffer()
    {
        var compiled = Compile(
            """
            { "name": "mask", "type": "parameter", "shape": [196, 1], "axes": ["time", "features"], "init": "ones", "trainable": false },
            { "type": "multiply", "inputs": ["x", "mask"] }
            """
        );
        Assert.Equal((0, 196, 0), Counted(compiled));
    }

    [Fact]
    public void It_is_one_for_all_samples_and_takes_memory_for_none()
    {
        var (with, without) = (Compile(Token + Sum("token")), Compile(Sum("x")));
        Assert.InRange(PerSample(with), 1, PerSample(without) + (1.4 * 4 * 196 * 64));

        static string Sum(string other) => $$"""{ "type": "add", "inputs": ["x", "{{other}}"] }, { "type": "linear", "out_features": 3 }""";
        static long PerSample(Compilation compiled) => TrainingMemory.Of(compiled.Plan!).BytesPerSample!.Value;
    }

    [Fact]
    public void Positions_of_another_number_of_tokens_are_given_the_right_one()
    {
        var found = Assert.Single(
            Compile(
                Token
                    + """
                    { "name": "all", "type": "concat", "inputs": ["token", "x"], "axis": "time" },
                    { "name": "positions", "type": "parameter", "shape": [196, 64], "axes": ["time", "features"], "init": "normal" },
                    { "name": "placed", "type": "add", "inputs": ["all", "positions"] }
                    """
            ).Report.Diagnostics
        );
        Assert.Equal(("merge.shape_mismatch", "placed"), (found.Code.Name, found.Layer));
        Assert.Contains(found.Fixes, fix => fix.Patch.ToJsonString().Contains("[197,64]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "type": "parameter", "shape": [2, 3], "axes": ["time"] }""", "spec.out_of_range")]
    [InlineData("""{ "type": "parameter", "shape": [2, 3], "axes": ["time", "time"] }""", "spec.wrong_type")]
    [InlineData("""{ "type": "parameter", "shape": [0] }""", "spec.out_of_range")]
    [InlineData("""{ "type": "parameter" }""", "spec.missing_field")]
    [InlineData("""{ "type": "parameter", "shape": [2], "inputs": ["x"] }""", "spec.out_of_range")]
    [InlineData("""{ "type": "conv1d", "out_channels": 2, "kernel_size": 1, "activation": "parameter" }""", "spec.out_of_range")]
    public void What_is_no_tensor_is_refused(string layer, string code) =>
        Assert.Contains(code, Compile(layer).Report.Diagnostics.Select(found => found.Code.Name));

    [Fact]
    public void A_network_without_inputs_has_no_batch()
    {
        var found = Assert.Single(Compile("""{ "name": "p", "type": "parameter", "shape": [2] }""", "").Report.Diagnostics);
        Assert.Equal(("spec.missing_field", "/inputs"), (found.Code.Name, found.Path.ToString()));
    }

    [Fact]
    public void A_layer_without_inputs_reads_the_parameter_before_it() =>
        Assert.Equal("valid", Compile(Token + """{ "name": "keys", "type": "linear", "out_features": 8 }""").Verdict);

    private static (long Parameters, long Buffers, long? Macs) Counted(Compilation compiled)
    {
        var totals = Totals.Of(compiled.Plan!);
        return (totals.Parameters, totals.Buffers, totals.Macs);
    }
}
