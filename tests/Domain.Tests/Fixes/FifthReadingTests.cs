using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>Kinds that a fifth batch of reports brought: one fault that several layers show, and inputs of other ranks and rates.</summary>
public sealed class FifthReadingTests
{
    // Seven measurements of each picture, as a data frame gives them.
    private const string ColumnBesidePictures = """
        { "layout": "channels_last", "inputs": { "picture": { "shape": [64, 64, 3] }, "table": { "shape": [7, 1] } }, "layers": [
          { "name": "conv", "type": "conv2d", "inputs": ["picture"], "out_channels": 24, "kernel_size": 3, "stride": 8 },
          { "name": "vector", "type": "global_avg_pool", "inputs": ["conv"] },
          { "name": "join", "type": "concat", "inputs": ["table", "vector"] },
          { "name": "score", "type": "linear", "out_features": 1 } ] }
        """;

    // Two convolutions in the other layout beside a map that a vector is written as.
    private const string TwoConvolutionsTurned = """
        { "inputs": { "flow": { "shape": [4, 16, 16] }, "day": { "shape": [9] } }, "layers": [
          { "name": "first", "type": "conv2d", "inputs": ["flow"], "out_channels": 12, "kernel_size": 3, "padding": "same",
            "data_format": "channels_last" },
          { "name": "second", "type": "conv2d", "out_channels": 3, "kernel_size": 3, "padding": "same", "data_format": "channels_last" },
          { "name": "spread", "type": "linear", "inputs": ["day"], "out_features": 768 },
          { "name": "map", "type": "reshape", "shape": [3, 16, 16] },
          { "name": "sum", "type": "add", "inputs": ["second", "map"] } ] }
        """;

    // A pathway of 40 frames beside one of 8; the lateral convolution takes every second.
    private const string TwoRates = """
        { "inputs": { "slow": { "shape": [3, 8, 32, 32] }, "fast": { "shape": [3, 40, 32, 32] } }, "layers": [
          { "name": "wide", "type": "conv3d", "inputs": ["slow"], "out_channels": 16, "kernel_size": [1, 3, 3], "stride": [1, 2, 2],
            "padding": [0, 1, 1] },
          { "name": "thin", "type": "conv3d", "inputs": ["fast"], "out_channels": 4, "kernel_size": [3, 3, 3], "stride": [1, 2, 2],
            "padding": 1 },
          { "name": "lateral", "type": "conv3d", "inputs": ["thin"], "out_channels": 8, "kernel_size": [5, 1, 1], "stride": [2, 1, 1],
            "padding": [2, 0, 0] },
          { "name": "join", "type": "concat", "inputs": ["wide", "lateral"] },
          { "name": "mean", "type": "global_avg_pool", "inputs": ["thin"] } ], "outputs": ["join", "mean"] }
        """;

    // A skip of 32 channels whose rows and channels have the same number, in a network for pictures that are not square.
    private const string SizesThatAgreeByChance = """
        { "inputs": { "x": { "shape": [3, 32, 33] } }, "layers": [
          { "name": "skip", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1 },
          { "name": "down", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "up", "type": "conv_transpose2d", "out_channels": 16, "kernel_size": 2, "stride": 2 },
          { "name": "join", "type": "concat", "inputs": ["skip", "up"] } ] }
        """;

    [Theory]
    [InlineData(ColumnBesidePictures, "rank_difference", null, "flatten-table", "[N, 31]")]
    [InlineData(TwoConvolutionsTurned, "mixed_layout", "first", "data-format-first-all", "[N, 3, 16, 16]")]
    [InlineData(TwoRates, "stride_difference", "lateral", "stride-5x1x1-lateral", "[N, 24, 8, 16, 16]")]
    [InlineData(SizesThatAgreeByChance, "odd_size_rounding", "down", "resize-input-32x32", "[N, 48, 32, 32]")]
    public void The_layer_that_people_blame_is_named_and_their_fix_comes_first(
        string spec,
        string kind,
        string? blamed,
        string first,
        string shape
    )
    {
        var found = Assert.Single(Errors(spec));
        Assert.Equal((kind, blamed, first), (found.Cause!.Kind.Name, found.Cause.Layer, found.Fixes[0].Id));
        Assert.Equal(shape, found.Fixes[0].OutputShape.ToString());
        Assert.Equal("valid", Repaired(spec, 1));
    }

    [Fact]
    public void A_column_can_be_fed_as_the_vector_that_it_is()
    {
        var fix = Assert.Single(Errors(ColumnBesidePictures)).Fixes[1];
        Assert.Equal(("feed-table-7", FixKind.Edit), (fix.Id, fix.Kind));
        Assert.Equal("""[{"op":"add","path":"/inputs/table/shape","value":[7]}]""", fix.Patch.ToJsonString());
    }

    [Fact]
    public void Two_inputs_of_one_rate_have_no_bridge_between_them()
    {
        // Here the stride of thin is missing, and that of wide is like everybody's.
        var found = Assert.Single(
            Errors(
                """
                { "inputs": { "left": { "shape": [3, 64, 64] }, "right": { "shape": [3, 64, 64] } }, "layers": [
                  { "name": "wide", "type": "conv2d", "inputs": ["left"], "out_channels": 16, "kernel_size": 3, "padding": 1, "stride": 2 },
                  { "name": "thin", "type": "conv2d", "inputs": ["right"], "out_channels": 16, "kernel_size": 3, "padding": 1 },
                  { "name": "join", "type": "concat", "inputs": ["wide", "thin"] } ] }
                """
            )
        );
        Assert.Contains(found.Fixes.Take(3), fix => fix.Id == "stride-2-thin");
        Assert.Contains(found.Fixes.Take(3), fix => fix.Id == "stride-1-wide");
    }

    private static string Towers(string shared, string rightType = "linear") =>
        $$"""
        { "inputs": { "a": { "shape": [2, 12, 12] }, "b": { "shape": [2, 12, 12] } }, "layers": [
          { "name": "flat_a", "type": "flatten", "inputs": ["a"] },
          { "name": "fc_a", "type": "linear", "in_features": 200, "out_features": 5 },
          { "name": "flat_b", "type": "flatten", "inputs": ["b"] },
          { "name": "fc_b", "type": "{{rightType}}", "in_features": 200, "out_features": 5 {{shared}} },
          { "name": "apart", "type": "subtract", "inputs": ["fc_a", "fc_b"] } ] }
        """;

    [Fact]
    public void A_wrong_number_of_shared_weights_is_told_once_and_corrected_at_both()
    {
        var spec = Towers(""", "weights": "fc_a" """);
        var found = Assert.Single(Errors(spec));
        Assert.Equal(("layer.declared_width", "fc_a"), (found.Code.Name, found.Layer));
        Assert.Equal("Give fc_a in_features 288, and give fc_b in_features 288", found.Fixes[0].Title);
        Assert.Equal("valid", Repaired(spec, 1));
    }

    [Fact]
    public void A_wrong_number_that_two_towers_declare_is_told_at_each_and_corrected_at_both()
    {
        var spec = Towers("");
        var found = Errors(spec).ToList();
        Assert.Equal(["fc_a", "fc_b"], found.Select(each => each.Layer));
        Assert.All(found, each => Assert.Equal("Give fc_a and fc_b in_features 288", each.Fixes[0].Title));
        Assert.Equal("valid", Repaired(spec, 1));
    }

    [Fact]
    public void A_tower_that_is_right_keeps_its_number()
    {
        var spec = Towers("").Replace("""[2, 12, 12] } }, "layers""", """[2, 10, 10] } }, "layers""", StringComparison.Ordinal);
        var found = Assert.Single(Errors(spec));
        Assert.Equal("""[{"op":"add","path":"/layers/1/in_features","value":288}]""", found.Fixes[0].Patch.ToJsonString());
    }

    private const string WordsAsChannels = """
        { "inputs": { "words": { "shape": [20], "dtype": "int64" } }, "layers": [
          { "name": "vectors", "type": "embedding", "num_embeddings": 500, "embedding_dim": 48 },
          { "name": "two", "type": "conv1d", "inputs": ["vectors"], "out_channels": 16, "kernel_size": 2 },
          { "name": "best2", "type": "global_max_pool" },
          { "name": "three", "type": "conv1d", "inputs": ["vectors"], "out_channels": 16, "kernel_size": 3 },
          { "name": "best3", "type": "global_max_pool" },
          { "name": "join", "type": "concat", "inputs": ["best2", "best3"] } ] }
        """;

    [Fact]
    public void One_permute_serves_all_readers_that_want_the_other_order()
    {
        var found = Errors(WordsAsChannels).ToList();
        Assert.Equal(["two", "three"], found.Select(each => each.Layer));
        Assert.All(found, each => Assert.Equal("Put a permute with dims [0, 2, 1] before two and three", each.Fixes[0].Title));
        Assert.Equal(found[0].Fixes[0].Patch.ToJsonString(), found[1].Fixes[0].Patch.ToJsonString());
        Assert.Equal("valid", Repaired(WordsAsChannels, 1));
    }

    [Fact]
    public void A_reader_that_takes_the_order_as_it_is_keeps_it()
    {
        var spec = WordsAsChannels.Replace(
            """{ "name": "join",""",
            """{ "name": "read", "type": "gru", "inputs": ["vectors"], "hidden_size": 8, "return_sequences": false }, { "name": "join",""",
            StringComparison.Ordinal
        );
        Assert.Equal("valid", Repaired(spec.Replace("\"best3\"] }", "\"best3\", \"read\"] }", StringComparison.Ordinal), 1));
    }

    // An encoder of three levels over steps of any number, doubled and added on the way back.
    private const string DoubledAtEveryLevel = """
        { "inputs": { "sound": { "shape": [8, "T"] } }, "symbols": { "T": { "min": 2 } }, "layers": [
          { "name": "a", "type": "conv1d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "b", "type": "conv1d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "c", "type": "conv1d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "up_c", "type": "upsample", "scale_factor": 2 },
          { "name": "sum_b", "type": "add", "inputs": ["b", "up_c"] },
          { "name": "up_b", "type": "upsample", "scale_factor": 2 },
          { "name": "sum_a", "type": "add", "inputs": ["a", "up_b"] } ] }
        """;

    [Fact]
    public void A_level_of_open_length_is_repaired_with_the_others()
    {
        var found = Compile(DoubledAtEveryLevel).Report.Diagnostics.First(each => each.Severity == Severity.Condition);
        Assert.Equal(("sum_b", "upsample-like-b"), (found.Layer, found.Fixes[0].Id));
        Assert.Equal("Let up_c upsample to the size of b, and likewise at sum_a", found.Fixes[0].Title);
        Assert.Empty(found.Fixes[0].HoldsFor);
        var promise = Assert.Single(found.Fixes, fix => fix.Id == "promise-t").Patch.ToJsonString();
        Assert.Contains("\"multiple_of\":4", promise, StringComparison.Ordinal);
        Assert.Equal("valid", Repaired(DoubledAtEveryLevel, 1));
    }

    private static string Gate(string map, int gives) =>
        $$"""
        { "inputs": { "x": { "shape": [3, 40, 40] } }, "layers": [
          { "name": "map", "type": "conv2d", "out_channels": 96, "kernel_size": 3, "padding": 1 },
          { "name": "mean", "type": "global_avg_pool", "keep_dims": true },
          { "name": "fc", "type": "conv2d", "in_channels": 192, "out_channels": {{gives}}, "kernel_size": 1 },
          { "name": "gated", "type": "{{map}}", "inputs": ["map", "fc"] },
          { "name": "next", "type": "conv2d", "inputs": ["gated"], "in_channels": 96, "out_channels": 8, "kernel_size": 1 } ] }
        """;

    [Fact]
    public void A_gate_for_another_width_is_corrected_on_both_sides()
    {
        var found = Assert.Single(Errors(Gate("multiply", 192)));
        Assert.Equal(("fc", "Give fc in_channels and out_channels 96"), (found.Layer, found.Fixes[0].Title));
        Assert.Equal("valid", Repaired(Gate("multiply", 192), 1));
    }

    [Fact]
    public void Where_one_number_does_no_second_is_offered()
    {
        var found = Assert.Single(Errors(Gate("multiply", 96)));
        Assert.Equal("in-channels-96", found.Fixes[0].Id);
        Assert.DoesNotContain(found.Fixes, fix => fix.Id.EndsWith("-out-channels", StringComparison.Ordinal));
    }

    private static string StartedFrom(string start, string decoder = "gru") =>
        $$"""
        { "inputs": { "text": { "shape": [50, 96], "axes": ["time", "features"] }, "y": { "shape": [9, 4], "axes": ["time", "features"] } },
          "layers": [
          { "name": "encoder", "type": "{{decoder}}", "inputs": ["text"], "hidden_size": 24 },
          { "name": "decoder", "type": "{{decoder}}", "inputs": ["y"], "hidden_size": 24, "initial_state": {{start}} },
          { "name": "last", "type": "global_avg_pool", "inputs": ["encoder"] },
          { "name": "heard", "type": "global_avg_pool", "inputs": ["decoder"] },
          { "name": "both", "type": "concat", "inputs": ["last", "heard"] } ] }
        """;

    [Fact]
    public void A_sequence_as_a_first_state_is_averaged_and_projected()
    {
        var found = Assert.Single(Errors(StartedFrom("\"text\"")));
        Assert.Equal(
            "Average text over all positions before decoder, and project the 96 features to 24",
            found.Fixes[0].Title
        );
        Assert.Equal((96 * 24) + 24, found.Fixes[0].AddedParameters);
        Assert.Equal("valid", Repaired(StartedFrom("\"text\""), 1));
    }

    [Theory]
    [InlineData("gru", "\"encoder\"", "encoder:state")]
    [InlineData("lstm", """["encoder", "encoder"]""", "encoder:state and encoder:cell")]
    public void An_encoders_outputs_as_a_first_state_give_way_to_the_state_that_it_returns(string type, string start, string told)
    {
        var spec = StartedFrom(start, type);
        var found = Errors(spec).First();
        Assert.Equal($"Start decoder from {told}, the last state that encoder returns", found.Fixes[0].Title);
        Assert.Equal(0, found.Fixes[0].AddedParameters);
        Assert.Equal("valid", Repaired(spec, 1));
    }

    [Fact]
    public void An_upsampling_takes_the_size_of_its_partner_where_others_do()
    {
        const string spec = """
            { "inputs": { "x": { "shape": [3, 30, 30] } }, "layers": [
              { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
              { "name": "b", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
              { "name": "c", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 4 },
              { "name": "up_c", "type": "upsample", "scale_factor": 2 },
              { "name": "sum_b", "type": "add", "inputs": ["b", "up_c"] },
              { "name": "up_b", "type": "upsample", "size": { "like": "a" } },
              { "name": "sum_a", "type": "add", "inputs": ["a", "up_b"] } ] }
            """;
        Assert.Contains(Assert.Single(Errors(spec)).Fixes.Take(3), fix => fix.Id == "upsample-like-b");
    }

    private static IEnumerable<Diagnostic> Errors(string spec) =>
        Compile(spec).Report.Diagnostics.Where(each => each.Severity == Severity.Error);

    private static Domain.Planning.Compilation Compile(string spec) => Compiler.Compile(Encoding.UTF8.GetBytes(spec));

    /// <summary>How a repair ends that takes so many fixes.</summary>
    private static string Repaired(string spec, int fixes)
    {
        using var document = JsonDocument.Parse(spec);
        var repair = Repair.Of(document.RootElement);
        Assert.Equal(fixes, repair.Applied.Count);
        return repair.Result.Verdict;
    }
}
