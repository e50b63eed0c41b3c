using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>What PyTorch's constructors ask for is an assertion here: a difference is named, taken apart and mended.</summary>
public sealed class DeclaredWidthTests
{
    private const string TwoConvs = """
        { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 16, "kernel_size": 3, "padding": 1 },
        { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 24, "kernel_size": 3, "padding": 1 },
        { "name": "both", "type": "concat", "inputs": ["a", "b"] }
        """;

    [Fact]
    public void The_width_behind_a_concat_is_taken_apart()
    {
        var found = Found(
            $$"""{{TwoConvs}}, { "name": "next", "type": "conv2d", "in_channels": 64, "out_channels": 8, "kernel_size": 3 }"""
        );
        Assert.Equal(("layer.declared_width", "next", "declared_width"), (found.Code.Name, found.Layer, found.Cause!.Kind.Name));
        Assert.Contains("40 = 16 of a + 24 of b.", found.Message, StringComparison.Ordinal);
        Assert.Equal(["in-channels-40", "out-channels-a-40", "out-channels-b-48"], found.Fixes.Take(3).Select(fix => fix.Id));
        Assert.Equal("""[{"op":"add","path":"/layers/3/in_channels","value":40}]""", found.Fixes[0].Patch.ToJsonString());
    }

    [Fact]
    public void A_flattened_width_is_taken_apart_by_places_and_branches()
    {
        var found = Found(
            $$"""
            {{TwoConvs}}, { "type": "relu" }, { "name": "small", "type": "max_pool2d", "kernel_size": 4 }, { "type": "flatten" },
            { "name": "logits", "type": "linear", "in_features": 1960, "out_features": 10 }
            """
        );
        Assert.Contains("2560 = 40 x 8 x 8, and 40 = 16 of a + 24 of b.", found.Message, StringComparison.Ordinal);
        Assert.Equal("in-features-2560", found.Fixes[0].Id);
    }

    [Fact]
    public void A_linear_layer_that_declares_the_whole_map_gets_its_flatten()
    {
        var found = Found(
            """
            { "name": "a", "type": "conv2d", "out_channels": 64, "kernel_size": 4, "stride": 4 },
            { "name": "logits", "type": "linear", "in_features": 4096, "out_features": 10 }
            """
        );
        Assert.Equal((FixKind.Adapter, "[N, 10]"), (found.Fixes[0].Kind, found.Fixes[0].OutputShape.ToString()));
    }

    [Theory]
    [InlineData("""{ "type": "conv2d", "in_channels": 3, "out_channels": 4, "kernel_size": 3 }""", true)]
    [InlineData("""{ "type": "conv_transpose2d", "in_channels": 4, "out_channels": 4, "kernel_size": 3 }""", false)]
    [InlineData("""{ "type": "linear", "in_features": 3, "out_features": 4 }""", true)]
    [InlineData("""{ "type": "batch_norm", "num_features": 64 }""", false)]
    [InlineData("""{ "type": "instance_norm", "num_features": 3 }""", true)]
    [InlineData("""{ "type": "group_norm", "num_groups": 1, "num_channels": 5 }""", false)]
    [InlineData("""{ "type": "layer_norm", "normalized_shape": 3 }""", true)]
    [InlineData("""{ "type": "layer_norm", "normalized_shape": [4] }""", false)]
    [InlineData("""{ "type": "rms_norm", "normalized_shape": [3] }""", true)]
    [InlineData("""{ "type": "prelu", "num_parameters": 2 }""", false)]
    public void A_layer_may_declare_what_arrives(string layer, bool isTrue)
    {
        var compiled = Compiler.Compile(Encoding.UTF8.GetBytes(Spec(layer)));
        Assert.Equal(isTrue ? [] : ["layer.declared_width"], compiled.Report.Diagnostics.Select(found => found.Code.Name));
    }

    [Theory]
    [InlineData("lstm", """ "input_size": 6, "hidden_size": 4 """, true)]
    [InlineData("gru", """ "input_size": 5, "hidden_size": 4 """, false)]
    [InlineData("multi_head_attention", """ "embed_dim": 6, "num_heads": 2 """, true)]
    [InlineData("multi_head_attention", """ "embed_dim": 8, "num_heads": 2 """, false)]
    public void A_layer_of_sequences_may_declare_what_arrives(string type, string attributes, bool isTrue)
    {
        var compiled = Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "x": { "shape": [9, 6], "axes": ["time", "features"] } },
                  "layers": [ { "type": "{{type}}", {{attributes}} } ] }
                """
            )
        );
        Assert.Equal(isTrue ? [] : ["layer.declared_width"], compiled.Report.Diagnostics.Select(found => found.Code.Name));
    }

    [Fact]
    public void A_norm_over_more_than_the_features_is_refused()
    {
        var found = Found("""{ "type": "layer_norm", "normalized_shape": [3, 32, 32] }""");
        Assert.Equal("spec.out_of_range", found.Code.Name);
    }

    [Theory]
    [InlineData("""{ "type": "relu", "inplace": true }""")]
    [InlineData("""{ "type": "dropout", "p": 0.1, "inplace": true }""")]
    [InlineData("""{ "type": "batch_norm", "device": "cuda", "dtype": "float32" }""")]
    [InlineData("""{ "type": "conv2d", "out_channels": 2, "kernel_size": 1, "activation": { "type": "silu", "inplace": true } }""")]
    public void What_PyTorch_takes_without_meaning_here_is_accepted(string layer) =>
        Assert.Equal("valid", Compiler.Compile(Encoding.UTF8.GetBytes(Spec(layer))).Verdict);

    [Fact]
    public void Another_dtype_than_float32_is_refused()
    {
        var found = Found("""{ "type": "batch_norm", "dtype": "float16" }""");
        Assert.Equal(("spec.wrong_type", "/layers/0/dtype"), (found.Code.Name, found.Path.ToString()));
    }

    private static Diagnostic Found(string layers) =>
        Compiler.Compile(Encoding.UTF8.GetBytes(Spec(layers))).Report.Diagnostics.First(found => found.Severity == Severity.Error);

    private static string Spec(string layers) => $$"""{ "inputs": { "image": { "shape": [3, 32, 32] } }, "layers": [ {{layers}} ] }""";
}
