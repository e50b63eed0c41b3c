using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>Errors at layers of one branch get fixes as merges do.</summary>
public sealed class PlainFixTests
{
    private const string Words = """ "words": { "shape": [20], "dtype": "int64" } """;

    private const string Vectors = """{ "name": "vectors", "type": "embedding", "num_embeddings": 1000, "embedding_dim": 96 }""";

    [Fact]
    public void A_wrong_order_of_axes_gets_the_permute_that_the_message_names()
    {
        // github.com/EricGJB/DL-based-signal-detection, issue 2: the LSTM reads 128 steps of 3 features
        var (spec, found) = Found(
            """ "iq": { "shape": [2, 128] } """,
            """
            { "name": "x4", "type": "flatten" }, { "type": "linear", "out_features": 128 },
            { "name": "x5", "type": "reshape", "shape": [1, 128] },
            { "name": "both", "type": "concat", "inputs": ["x5", "iq"] },
            { "name": "y1", "type": "lstm", "hidden_size": 128 }
            """
        );
        Assert.Equal(("layer.axes", "y1"), (found.Code.Name, found.Layer));
        Assert.Contains("permute with dims [0, 2, 1]", found.Message, StringComparison.Ordinal);
        Assert.Equal((FixKind.Adapter, "[N, 128, 128]"), (found.Fixes[0].Kind, found.Fixes[0].OutputShape.ToString()));
        Assert.Equal("[0,2,1]", Added(found.Fixes[0], "permute")["dims"]!.ToJsonString());
        AllHold(spec, found);
    }

    [Theory]
    [InlineData("[20, 300]", "axes-x", "[N, 20, 8]")] // 20 steps of 300 features, as torch.nn.LSTM with batch_first takes them
    [InlineData("[2, 128]", "permute-0-2-1", "[N, 128, 8]")] // two channels of 128 samples
    [InlineData("""["T", 40]""", "axes-x", "[N, T, 8]")]
    public void An_input_of_an_lstm_says_what_its_dimensions_are(string shape, string first, string output)
    {
        var (spec, found) = Found($$""" "x": { "shape": {{shape}} } """, """{ "type": "lstm", "hidden_size": 8 }""");
        Assert.Equal((first, output), (found.Fixes[0].Id, found.Fixes[0].OutputShape.ToString()));
        AllHold(spec, found);
    }

    [Fact]
    public void A_pooling_that_took_the_axes_away_keeps_them()
    {
        var (spec, found) = Found(
            """ "image": { "shape": [3, 32, 32] } """,
            """
            { "name": "pool", "type": "global_avg_pool" }, { "type": "relu" },
            { "name": "point", "type": "conv2d", "out_channels": 4, "kernel_size": 1 }
            """
        );
        Assert.Equal((FixKind.Edit, "[N, 4, 1, 1]"), (found.Fixes[0].Kind, found.Fixes[0].OutputShape.ToString()));
        Assert.Equal("""[{"op":"add","path":"/layers/0/keep_dims","value":true}]""", found.Fixes[0].Patch.ToJsonString());
        AllHold(spec, found);
    }

    [Fact]
    public void A_recurrent_layer_behind_another_ones_last_state_gets_every_state()
    {
        var (spec, found) = Found(
            Words,
            $$"""
            {{Vectors}}, { "name": "a", "type": "gru", "hidden_size": 8, "return_sequences": false },
            { "type": "lstm", "hidden_size": 5 }
            """
        );
        Assert.Equal("""[{"op":"add","path":"/layers/1/return_sequences","value":true}]""", found.Fixes[0].Patch.ToJsonString());
        Assert.Equal("[N, 20, 5]", found.Fixes[0].OutputShape.ToString());
        AllHold(spec, found);
    }

    [Theory]
    [InlineData("[50]", """{ "type": "lstm", "hidden_size": 8 }""", "[N, 50, 8]")] // 50 steps of one number
    [InlineData("[50]", """{ "type": "conv1d", "out_channels": 8, "kernel_size": 3 }""", "[N, 8, 48]")]
    [InlineData("[28, 28]", """{ "type": "conv2d", "out_channels": 8, "kernel_size": 3 }""", "[N, 8, 26, 26]")] // x.unsqueeze(1)
    public void An_input_without_features_gets_an_axis_of_one(string shape, string layer, string output)
    {
        var (spec, found) = Found($$""" "x": { "shape": {{shape}} } """, layer);
        Assert.Equal((FixKind.Adapter, output), (found.Fixes[0].Kind, found.Fixes[0].OutputShape.ToString()));
        AllHold(spec, found);
    }

    [Fact]
    public void A_generator_reads_its_vector_as_a_map()
    {
        var (spec, found) = Found(
            """ "z": { "shape": [100] } """,
            """
            { "type": "linear", "out_features": 6272 },
            { "type": "conv_transpose2d", "out_channels": 64, "kernel_size": 4, "stride": 2, "padding": 1 }
            """
        );
        Assert.Equal("[128,7,7]", Added(found.Fixes[0], "reshape")["shape"]!.ToJsonString());
        Assert.Equal("[N, 64, 14, 14]", found.Fixes[0].OutputShape.ToString());
        AllHold(spec, found);
    }

    [Fact]
    public void Attention_over_a_map_reads_its_places_as_a_sequence()
    {
        var (spec, found) = Found(
            """ "image": { "shape": [3, 32, 32] } """,
            """
            { "name": "patches", "type": "conv2d", "out_channels": 16, "kernel_size": 8, "stride": 8 },
            { "type": "multi_head_attention", "num_heads": 4 }
            """
        );
        Assert.Equal("[N, 16, 16]", found.Fixes[0].OutputShape.ToString()); // 4 · 4 places of 16 features
        AllHold(spec, found);
    }

    [Fact]
    public void Whole_numbers_are_declared_or_cast_for_a_layer_that_weighs()
    {
        var (spec, found) = Found(""" "label": { "shape": [10], "dtype": "int64" } """, """{ "type": "linear", "out_features": 3 }""");
        Assert.Equal("layer.dtype", found.Code.Name);
        Assert.Equal(["declare-label-float32", "cast-float32-features"], found.Fixes.Select(fix => fix.Id));
        AllHold(spec, found);
    }

    [Fact]
    public void Real_numbers_are_declared_or_cast_for_an_embedding()
    {
        var (spec, found) = Found(""" "words": { "shape": ["T"] } """, Vectors);
        Assert.Equal("""[{"op":"add","path":"/inputs/words/dtype","value":"int64"}]""", found.Fixes[0].Patch.ToJsonString());
        Assert.Contains(found.Fixes, fix => fix.Kind == FixKind.Adapter);
        AllHold(spec, found);
    }

    [Fact]
    public void A_width_that_heads_do_not_divide_is_taken_apart_and_projected()
    {
        // github.com/Exploration-Lab/COGMEN, issue 5: 883 is a prime
        var (spec, found) = Found(
            """
            "text": { "shape": [20, 768], "axes": ["time", "features"] }, "audio": { "shape": [20, 80], "axes": ["time", "features"] },
            "video": { "shape": [20, 35], "axes": ["time", "features"] }
            """,
            """
            { "name": "utterance", "type": "concat", "inputs": ["text", "audio", "video"], "axis": "features" },
            { "name": "context", "type": "multi_head_attention", "num_heads": 14 }
            """
        );
        Assert.Contains("883 = 768 of text + 80 of audio + 35 of video.", found.Message, StringComparison.Ordinal);
        Assert.Equal([FixKind.Adapter, FixKind.Adapter, FixKind.Edit], found.Fixes.Select(fix => fix.Kind));
        Assert.Equal(["[N, 20, 896]", "[N, 20, 882]", "[N, 20, 883]"], found.Fixes.Select(fix => fix.OutputShape.ToString()));
        Assert.Equal((883 * 896) + 896, found.Fixes[0].AddedParameters);
        AllHold(spec, found);
    }

    [Fact]
    public void Heads_that_do_not_divide_an_embedding_are_changed_or_the_embedding_is()
    {
        var vectors = Vectors.Replace("96", "100", StringComparison.Ordinal);
        var (spec, found) = Found(Words, $$"""{{vectors}}, { "type": "multi_head_attention", "num_heads": 8 }""");
        Assert.Equal(
            ["num-heads-10", "num-heads-5", "embedding-dim-vectors-96", "embedding-dim-vectors-104"],
            found.Fixes.Select(fix => fix.Id)
        );
        AllHold(spec, found);
    }

    [Fact]
    public void A_window_larger_than_its_input_shrinks_or_reaches_over_the_border()
    {
        // LeNet with a third 5x5 window: 28 -> 24 -> 12 -> 8 -> 4
        var (spec, found) = Found(
            """ "image": { "shape": [1, 28, 28] } """,
            """
            { "name": "c1", "type": "conv2d", "out_channels": 6, "kernel_size": 5 },
            { "name": "p1", "type": "max_pool2d", "kernel_size": 2 },
            { "name": "c2", "type": "conv2d", "out_channels": 16, "kernel_size": 5 },
            { "name": "p2", "type": "max_pool2d", "kernel_size": 2 },
            { "name": "c3", "type": "conv2d", "out_channels": 120, "kernel_size": 5 }
            """
        );
        Assert.Equal(("layer.size_below_one", "c3"), (found.Code.Name, found.Layer));
        Assert.Equal(["kernel-4x4", "padding-same", "padding-same-throughout", "stride-1-p2"], found.Fixes.Select(fix => fix.Id));
        Assert.Equal(["1, 1", "4, 4", "7, 7", "3, 3"], found.Fixes.Select(fix => fix.OutputShape.ToString()[9..^1]));
        AllHold(spec, found);
    }

    [Fact]
    public void A_reshape_of_a_wrong_product_gets_sizes_that_fit()
    {
        var (spec, found) = Found(
            """ "z": { "shape": [100] } """,
            """{ "type": "linear", "out_features": 6272 }, { "name": "map", "type": "reshape", "shape": [128, 8, 8] }"""
        );
        Assert.Equal(["[N, 128, 7, 7]", "[N, 98, 8, 8]", "[N, 128, 8, 8]"], found.Fixes.Take(3).Select(fix => fix.OutputShape.ToString()));
        AllHold(spec, found);
    }

    [Fact]
    public void Convolutions_that_eat_up_a_picture_are_padded_throughout()
    {
        // github.com/keras-team/keras, issue 12951: 28 -> 26 -> 13 -> 11 -> 5 -> 3 -> 1, and another 3x3 with a pooling behind it
        var level = string.Join(
            ", ",
            new[] { 16, 32, 64, 128 }.Select(width =>
                $$"""
                { "name": "c{{width}}", "type": "conv2d", "out_channels": {{width}}, "kernel_size": 3 },
                { "type": "max_pool2d", "kernel_size": 2 }
                """
            )
        );
        var (spec, found) = Found(""" "image": { "shape": [1, 28, 28] } """, level);
        Assert.Equal(("c128", "Give c16, c32, c64 and c128 padding \"same\""), (found.Layer, found.Fixes[0].Title));
        AllHold(spec, found);
    }

    [Theory]
    [InlineData("""["T", 40]""", "conv1d", FixKind.Adapter, "[N, 8, T - 2]")] // 40 features at each of T steps
    [InlineData("""["H", "W", 3]""", "conv2d", FixKind.Edit, "[N, H - 2, W - 2, 8]")]
    [InlineData("""["H", "W"]""", "conv2d", FixKind.Edit, "[N, 8, H - 2, W - 2]")]
    public void Open_sizes_in_the_place_of_features_are_understood(string shape, string type, FixKind kind, string output)
    {
        var (_, found) = Found(
            $$""" "x": { "shape": {{shape}} } """,
            $$"""{ "type": "{{type}}", "out_channels": 8, "kernel_size": 3 }"""
        );
        Assert.Equal((kind, output), (found.Fixes[0].Kind, found.Fixes[0].OutputShape.ToString()));
        Assert.NotEmpty(found.Fixes[0].HoldsFor);
    }

    [Theory]
    [InlineData("channels_last", "[1, 200, 200]", "channels_first", "[0,2,3,1]")] // Keras with Theano's order of dimensions
    [InlineData("channels_first", "[28, 28, 1]", "channels_last", "[0,3,1,2]")]
    public void A_picture_in_the_other_layout_is_read_in_it(string layout, string shape, string other, string order)
    {
        var spec = $$"""
            { "layout": "{{layout}}", "inputs": { "x": { "shape": {{shape}} } },
              "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3 }, { "type": "global_avg_pool" } ] }
            """;
        var found = Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report.Diagnostics.Single();
        Assert.Equal($$"""[{"op":"add","path":"/layout","value":"{{other}}"}]""", found.Fixes[0].Patch.ToJsonString());
        Assert.Equal(order, Added(found.Fixes[1], "permute")["dims"]!.ToJsonString());
        AllHold(spec, found);
    }

    [Fact]
    public void A_vector_gets_the_size_that_a_reshape_asks_for()
    {
        var (spec, found) = Found(
            """ "z": { "shape": [8] } """,
            """{ "name": "dense", "type": "linear", "out_features": 50 }, { "name": "map", "type": "reshape", "shape": [1, 7, 7] }"""
        );
        Assert.Equal("""[{"op":"add","path":"/layers/0/out_features","value":49}]""", found.Fixes[0].Patch.ToJsonString());
        AllHold(spec, found);
    }

    [Fact]
    public void More_groups_than_channels_become_fewer()
    {
        var (_, found) = Found(
            """ "image": { "shape": [16, 24, 24] } """,
            """{ "type": "conv2d", "out_channels": 1, "kernel_size": 3 }, { "type": "group_norm", "num_groups": 8 }"""
        );
        Assert.Equal("num-groups-1", found.Fixes[0].Id);
    }

    [Fact]
    public void A_fix_that_breaks_what_comes_behind_is_not_offered()
    {
        // another width than 96 would not fit the sum behind
        var (spec, found) = Found(
            Words,
            $$"""
            {{Vectors}}, { "name": "mixed", "type": "multi_head_attention", "num_heads": 7 },
            { "name": "side", "type": "linear", "inputs": ["vectors"], "out_features": 96 },
            { "type": "add", "inputs": ["side", "mixed"] }
            """
        );
        Assert.Equal(["num-heads-8", "num-heads-6"], found.Fixes.Select(fix => fix.Id));
        AllHold(spec, found);
    }

    [Fact]
    public void What_is_wrong_behind_by_itself_hides_no_fix()
    {
        var (_, found) = Found(
            """ "image": { "shape": [3, 32, 32] } """,
            """
            { "name": "c", "type": "conv2d", "out_channels": 30, "kernel_size": 3 },
            { "name": "n", "type": "group_norm", "num_groups": 4 }, { "name": "r", "type": "reshape", "shape": [7, 11] }
            """
        );
        Assert.Equal("n", found.Layer);
        Assert.NotEmpty(found.Fixes);
    }

    [Fact]
    public void Declarations_behind_follow_a_repair()
    {
        // LeNet on larger pictures: x.view(-1, 16 * 5 * 5), and Linear(400, 120) behind it
        var (spec, found) = Found(
            """ "image": { "shape": [3, 64, 64] } """,
            """
            { "name": "c1", "type": "conv2d", "out_channels": 6, "kernel_size": 5 }, { "type": "max_pool2d", "kernel_size": 2 },
            { "name": "c2", "type": "conv2d", "out_channels": 16, "kernel_size": 5 }, { "type": "max_pool2d", "kernel_size": 2 },
            { "name": "view", "type": "reshape", "shape": [400] },
            { "name": "fc1", "type": "linear", "in_features": 400, "out_features": 120, "activation": "relu" }
            """
        );
        Assert.Equal("Give view shape [-1], and give fc1 in_features 2704", found.Fixes.Single().Title); // 16 · 13 · 13
        AllHold(spec, found);
    }

    [Fact]
    public void A_repair_that_leaves_some_sizes_nothing_says_for_which_it_holds()
    {
        var (_, found) = Found(""" "x": { "shape": ["T", 80] } """, """{ "type": "conv2d", "out_channels": 8, "kernel_size": 3 }""");
        Assert.All(found.Fixes, fix => Assert.Equal("T >= 3", fix.HoldsFor["T"]));
    }

    [Theory]
    [InlineData("[224, 224, 3]", "conv2d", 3, "[N, 8, 222, 222]")] // expected input[1, 224, 224, 3] to have 3 channels, but got 224
    [InlineData("[100, 40]", "conv1d", 40, "[N, 8, 98]")]
    public void What_is_written_features_last_is_permuted_for_the_declared_width(string shape, string type, int width, string output)
    {
        var (spec, found) = Found(
            $$""" "x": { "shape": {{shape}} } """,
            $$"""{ "type": "{{type}}", "in_channels": {{width}}, "out_channels": 8, "kernel_size": 3 }"""
        );
        Assert.Equal((FixKind.Adapter, output), (found.Fixes[0].Kind, found.Fixes[0].OutputShape.ToString()));
        AllHold(spec, found);
    }

    [Fact]
    public void Repair_mends_plain_layers()
    {
        using var json = JsonDocument.Parse(
            """
            { "inputs": { "x": { "shape": [2, 128] } },
              "layers": [ { "type": "lstm", "hidden_size": 8 }, { "type": "linear", "out_features": 2 } ] }
            """
        );
        var repair = Repair.Of(json.RootElement);
        Assert.Equal(("valid", "permute-0-2-1"), (repair.Result.Verdict, repair.Applied.Single().Fix.Id));
    }

    private static (string Spec, Diagnostic Found) Found(string inputs, string layers)
    {
        var spec = $$"""{ "inputs": { {{inputs}} }, "layers": [ {{layers}} ] }""";
        var compiled = Compiler.Compile(Encoding.UTF8.GetBytes(spec));
        return (spec, compiled.Report.Diagnostics.First(found => found.Severity == Severity.Error));
    }

    private static JsonNode Added(Fix fix, string type) =>
        fix.Patch.Select(step => step!["value"]).Single(value => value is JsonObject layer && (string)layer["type"]! == type)!;

    /// <summary>Every fix, applied, leaves nothing to complain about.</summary>
    private static void AllHold(string spec, Diagnostic found)
    {
        Assert.All(
            found.Fixes,
            fix =>
            {
                var patched = JsonNode.Parse(spec)!;
                JsonPatch.Apply(patched, fix.Patch);
                var after = Compiler.Compile(Encoding.UTF8.GetBytes(patched.ToJsonString()));
                Assert.DoesNotContain(after.Report.Diagnostics, each => each.Severity <= Severity.Condition);
            }
        );
    }
}
