using System.Text;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;
using Xunit;

namespace ConcatService.Domain.Tests.Specs;

/// <summary>Names of other tools are understood, and renamed by a fix.</summary>
public sealed class WordTests
{
    [Theory]
    [InlineData("""{ "type": "Conv2D", "filters": 8, "kernel_size": 3, "strides": 2, "padding": "same" }""", "conv2d", "[N, 8, 16, 16]")]
    [InlineData("""{ "type": "nn.Conv2d", "in_channels": 3, "out_channels": 8, "kernel_size": 3 }""", "conv2d", "[N, 8, 30, 30]")]
    [InlineData("""{ "type": "Dense", "units": 10 }""", "linear", "[N, 10, 32, 32]")]
    [InlineData("""{ "type": "torch.nn.BatchNorm2d", "num_features": 3 }""", "batch_norm", "[N, 3, 32, 32]")]
    [InlineData("""{ "type": "Concatenate", "inputs": ["x", "x"], "axis": 1 }""", "concat", "[N, 6, 32, 32]")]
    [InlineData("""{ "type": "cat", "inputs": ["x", "x"], "dim": 1 }""", "concat", "[N, 6, 32, 32]")]
    [InlineData("""{ "type": "Conv2DTranspose", "filters": 8, "kernel_size": 2, "strides": 2 }""", "conv_transpose2d", "[N, 8, 64, 64]")]
    [InlineData("""{ "type": "conv2d_transpose", "filters": 8, "kernel_size": 2, "strides": 2 }""", "conv_transpose2d", "[N, 8, 64, 64]")]
    [InlineData("""{ "type": "MaxPooling2D", "pool_size": 2 }""", "max_pool2d", "[N, 3, 16, 16]")]
    [InlineData("""{ "type": "maxpool", "size": 2, "stride": 2 }""", "max_pool2d", "[N, 3, 16, 16]")] // Darknet
    [InlineData("""{ "type": "GlobalAveragePooling2D" }""", "global_avg_pool", "[N, 3]")]
    [InlineData("""{ "type": "GlobalAveragePool" }""", "global_avg_pool", "[N, 3]")] // ONNX
    [InlineData("""{ "type": "UpSampling2D", "size": 2 }""", "upsample", "[N, 3, 64, 64]")] // Keras: a factor
    [InlineData("""{ "type": "shortcut", "inputs": ["x", "x"] }""", "add", "[N, 3, 32, 32]")]
    [InlineData("""{ "type": "ZeroPadding2D", "padding": 1 }""", "pad2d", "[N, 3, 34, 34]")]
    [InlineData("""{ "type": "swish" }""", "silu", "[N, 3, 32, 32]")]
    [InlineData("""{ "type": "LeakyReLU", "alpha": 0.1 }""", "leaky_relu", "[N, 3, 32, 32]")]
    [InlineData("""{ "type": "space_to_depth", "block_size": 2 }""", "pixel_unshuffle", "[N, 12, 16, 16]")]
    [InlineData("""{ "type": "SE", "reduction_ratio": 4 }""", "squeeze_excitation", "[N, 3, 32, 32]")]
    public void A_type_of_another_tool_is_renamed_with_its_fields(string layer, string meant, string output)
    {
        var found = Assert.Single(Compile(layer).Report.Diagnostics);
        Assert.Equal(("spec.unknown_type", "/layers/0/type"), (found.Code.Name, found.Path.ToString()));
        Assert.EndsWith($"Did you mean '{meant}'?", found.Message, StringComparison.Ordinal);
        Assert.Equal((FixKind.Edit, output), (found.Fixes.Single().Kind, Output(layer, found)));
    }

    [Theory]
    [InlineData("""{ "type": "conv2d", "filters": 8, "kernel_size": 3 }""", "filters", "out_channels")]
    [InlineData("""{ "type": "linear", "units": 8 }""", "units", "out_features")]
    [InlineData("""{ "type": "max_pool2d", "kernel_size": 2, "strides": 2 }""", "strides", "stride")]
    [InlineData("""{ "type": "dropout", "rate": 0.5 }""", "rate", "p")]
    [InlineData("""{ "type": "softmax", "dim": 1 }""", "dim", "axis")]
    [InlineData("""{ "type": "linear", "in_channels": 3, "out_features": 8 }""", "in_channels", "in_features")]
    [InlineData("""{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "use_bias": false }""", "use_bias", "bias")]
    [InlineData("""{ "type": "relu", "input": "x" }""", "input", "inputs")]
    public void A_field_of_another_tool_is_renamed(string layer, string written, string meant)
    {
        var found = Compile(layer).Report.Diagnostics[0];
        Assert.Equal(("spec.unknown_field", $"/layers/0/{written}"), (found.Code.Name, found.Path.ToString()));
        Assert.EndsWith($"Did you mean '{meant}'?", found.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Output(layer, found));
    }

    [Fact]
    public void A_declared_width_where_there_is_none_to_declare_is_left_out()
    {
        const string Layer = """{ "type": "max_pool2d", "kernel_size": 2, "in_channels": 3 }""";
        var found = Assert.Single(Compile(Layer).Report.Diagnostics);
        Assert.Equal("[N, 3, 16, 16]", Output(Layer, found));
    }

    [Fact]
    public void An_activation_of_another_tool_is_renamed()
    {
        const string Layer = """{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "activation": "Swish" }""";
        var found = Assert.Single(Compile(Layer).Report.Diagnostics);
        Assert.Equal("""[{"op":"replace","path":"/layers/0/activation","value":"silu"}]""", found.Fixes.Single().Patch.ToJsonString());
        Assert.Equal("[N, 8, 30, 30]", Output(Layer, found));
    }

    [Theory]
    [InlineData("SPPF", "three max_pool2d")]
    [InlineData("Sequential", "Write its layers into the list")]
    [InlineData("InputLayer", "'inputs' of the spec")]
    public void What_is_no_single_layer_is_explained(string type, string advice)
    {
        var found = Assert.Single(Compile($$"""{ "type": "{{type}}" }""").Report.Diagnostics);
        Assert.Contains(advice, found.Message, StringComparison.Ordinal);
        Assert.Empty(found.Fixes);
    }

    [Fact]
    public void A_rename_that_leaves_the_layer_wrong_is_not_offered()
    {
        var found = Assert.Single(Compile("""{ "type": "LSTM", "units": 8 }""").Report.Diagnostics); // on a map
        Assert.EndsWith("Did you mean 'lstm'?", found.Message, StringComparison.Ordinal);
        Assert.Empty(found.Fixes);
    }

    [Fact]
    public void Spelling_helps_where_no_tool_has_the_name()
    {
        var found = Compile("""{ "type": "conv2d", "out_chanels": 8, "kernel_size": 3 }""").Report.Diagnostics[0];
        Assert.EndsWith("Did you mean 'out_channels'?", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_network_of_Keras_words_is_repaired()
    {
        using var json = System.Text.Json.JsonDocument.Parse(
            Spec(
                """
                { "type": "Conv2D", "filters": 8, "kernel_size": 3, "activation": "ReLU" }, { "type": "MaxPooling2D", "pool_size": 2 },
                { "type": "Flatten" }, { "type": "Dropout", "rate": 0.5 }, { "type": "Dense", "units": 10 }, { "type": "Softmax" }
                """
            )
        );
        var repair = Repair.Of(json.RootElement);
        Assert.Equal("valid", repair.Result.Verdict);
        Assert.Equal("[N, 10]", repair.Result.Plan!.Shapes[repair.Result.Plan.Outputs[0].Wire].ToString());
    }

    [Fact]
    public void Every_type_finds_itself_whatever_its_case()
    {
        string[] known = [.. OperatorCatalog.All.Select(type => type.Kind)];
        Assert.All(
            known,
            kind =>
            {
                var theirs = kind.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
                Assert.Equal(kind, Vocabulary.Type($"nn.{theirs}", known));
            }
        );
    }

    [Fact]
    public void Negative_padding_is_one_finding()
    {
        var found = Assert.Single(Compile("""{ "type": "pad2d", "padding": [-1, -1, -1, -1] }""").Report.Diagnostics);
        Assert.Equal(("spec.out_of_range", "/layers/0/padding"), (found.Code.Name, found.Path.ToString()));
    }

    private static Planning.Compilation Compile(string layer) => Compiler.Compile(Encoding.UTF8.GetBytes(Spec(layer)));

    private static string Spec(string layers) => $$"""{ "inputs": { "x": { "shape": [3, 32, 32] } }, "layers": [ {{layers}} ] }""";

    /// <summary>What the repaired layer gives.</summary>
    private static string Output(string layer, Diagnostic found)
    {
        var patched = JsonNode.Parse(Spec(layer))!;
        JsonPatch.Apply(patched, found.Fixes.Single().Patch);
        var after = Compiler.Compile(Encoding.UTF8.GetBytes(patched.ToJsonString()));
        Assert.DoesNotContain(after.Report.Diagnostics, each => each.Severity == Severity.Error);
        return after.Plan!.Shapes[after.Plan.Outputs[0].Wire].ToString();
    }
}
