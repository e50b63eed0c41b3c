using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>
/// Kinds that a sixth batch of reports brought: what a repair brings to light behind it, and faults of what the network is given.
/// </summary>
public sealed class SixthReadingTests
{
    // A gate that was built for a quarter of the map that it weighs, beside a shortcut of the map's width.
    private const string GateBuiltForLess = """
        { "inputs": { "x": { "shape": [24, 14, 14] } }, "layers": [
          { "name": "wide", "type": "conv2d", "inputs": ["x"], "out_channels": 96, "kernel_size": 1 },
          { "name": "mean", "type": "global_avg_pool" },
          { "name": "down", "type": "linear", "in_features": 24, "out_features": 3, "activation": "relu" },
          { "name": "up", "type": "linear", "out_features": 24, "activation": "sigmoid" },
          { "name": "gate", "type": "reshape", "shape": [-1, 1, 1] },
          { "name": "weighed", "type": "multiply", "inputs": ["wide", "gate"] },
          { "name": "beside", "type": "conv2d", "inputs": ["x"], "out_channels": 96, "kernel_size": 1 },
          { "name": "sum", "type": "add", "inputs": ["weighed", "beside"] } ] }
        """;

    // The same over steps, with the gate's axes written out and no shortcut.
    private const string WrittenGate = """
        { "inputs": { "x": { "shape": [6, 50] } }, "layers": [
          { "name": "wide", "type": "conv1d", "out_channels": 40, "kernel_size": 3, "padding": 1 },
          { "name": "mean", "type": "global_avg_pool" },
          { "name": "down", "type": "linear", "in_features": 10, "out_features": 5 },
          { "name": "up", "type": "linear", "out_features": 10, "activation": "sigmoid" },
          { "name": "gate", "type": "reshape", "shape": [10, 1] },
          { "name": "weighed", "type": "multiply", "inputs": ["wide", "gate"] } ] }
        """;

    // Behind the layer whose axes are wrong two sequences of other lengths meet.
    private const string TwoFaultsInARow = """
        { "inputs": { "a": { "shape": [7, 5], "axes": ["time", "features"] }, "b": { "shape": [11, 5], "axes": ["time", "features"] } },
          "layers": [
          { "name": "first", "type": "gru", "inputs": ["a"], "hidden_size": 6, "return_sequences": false },
          { "name": "second", "type": "gru", "hidden_size": 6 },
          { "name": "other", "type": "gru", "inputs": ["b"], "hidden_size": 6 },
          { "name": "join", "type": "concat", "inputs": ["second", "other"], "axis": "features" } ] }
        """;

    // Words beside two layers of both directions that were computed from them.
    private const string WordsBesideWhatTheyBecome = """
        { "inputs": { "words": { "shape": [9], "dtype": "int64" } }, "layers": [
          { "name": "vectors", "type": "embedding", "num_embeddings": 70, "embedding_dim": 20 },
          { "name": "low", "type": "gru", "hidden_size": 24, "bidirectional": true },
          { "name": "high", "type": "gru", "hidden_size": 24, "bidirectional": true },
          { "name": "mix", "type": "add", "inputs": ["vectors", "low", "high"] },
          { "name": "tags", "type": "linear", "out_features": 4 } ] }
        """;

    // Two encoders that are the same; the second signal was recorded at another length.
    private const string TwoLengthsIntoOneKindOfEncoder = """
        { "inputs": { "left": { "shape": [2, 400] }, "right": { "shape": [5, 300] } }, "layers": [
          { "name": "l", "type": "conv1d", "inputs": ["left"], "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": 2 },
          { "name": "r", "type": "conv1d", "inputs": ["right"], "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": 2 },
          { "name": "sum", "type": "add", "inputs": ["l", "r"] },
          { "name": "score", "type": "conv1d", "out_channels": 1, "kernel_size": 1 } ] }
        """;

    // Scores of five classes, enlarged to six.
    private const string ScoresOfAnotherNumberOfClasses = """
        { "inputs": { "map": { "shape": [64, 32, 32] } }, "layers": [
          { "name": "half", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "score", "type": "conv2d", "out_channels": 5, "kernel_size": 1 },
          { "name": "enlarged", "type": "conv_transpose2d", "out_channels": 6, "kernel_size": 2, "stride": 2 },
          { "name": "fine", "type": "conv2d", "inputs": ["map"], "out_channels": 5, "kernel_size": 1 },
          { "name": "sum", "type": "add", "inputs": ["enlarged", "fine"] } ] }
        """;

    // Every window is padded for one that is not dilated; the way through two of them loses twice as much.
    private const string DilatedAndPaddedForNone = """
        { "inputs": { "x": { "shape": [8, 20, 20] } }, "layers": [
          { "name": "one", "type": "conv2d", "inputs": ["x"], "out_channels": 8, "kernel_size": 3, "padding": 1, "dilation": 3 },
          { "name": "two", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "dilation": 3 },
          { "name": "beside", "type": "conv2d", "inputs": ["x"], "out_channels": 8, "kernel_size": 3, "padding": 1, "dilation": 3 },
          { "name": "sum", "type": "add", "inputs": ["beside", "two"] } ] }
        """;

    // The decoder enlarges twice where the encoder went down four times; a coarser skip would leave the next level unfit.
    private const string PatchesOfTwo = """
        { "inputs": { "x": { "shape": [3, 64, 64] } }, "layers": [
          { "name": "half", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "quarter", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "eighth", "type": "conv2d", "out_channels": 24, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "patches", "type": "conv2d", "out_channels": 32, "kernel_size": 2, "stride": 2 },
          { "name": "steps", "type": "reshape", "shape": [32, 16] },
          { "name": "map", "type": "reshape", "shape": [32, 4, 4] },
          { "name": "up1", "type": "upsample", "scale_factor": 2 },
          { "name": "join1", "type": "concat", "inputs": ["up1", "quarter"] },
          { "name": "up2", "type": "upsample", "scale_factor": 2 },
          { "name": "join2", "type": "concat", "inputs": ["up2", "half"] } ] }
        """;

    // Rows of a spectrum, enlarged along their columns and read as the steps of a signal.
    private const string RowsBecomeSteps = """
        { "inputs": { "sound": { "shape": [1, 640] }, "rows": { "shape": [1, 20, 60] } }, "layers": [
          { "name": "wave", "type": "conv1d", "inputs": ["sound"], "out_channels": 8, "kernel_size": 1 },
          { "name": "enlarged", "type": "conv_transpose2d", "inputs": ["rows"], "out_channels": 1, "kernel_size": [1, 10],
            "stride": [1, 10] },
          { "name": "signal", "type": "reshape", "shape": [20, -1] },
          { "name": "mixed", "type": "conv1d", "out_channels": 8, "kernel_size": 1 },
          { "name": "sum", "type": "add", "inputs": ["wave", "mixed"] } ] }
        """;

    private const string TwoSignals = """
        { "inputs": { "a": { "shape": [6, 12] }, "b": { "shape": [9, 50] } }, "layers": [
          { "name": "join", "type": "concat", "inputs": ["a", "b"] },
          { "name": "mixed", "type": "conv1d", "out_channels": 4, "kernel_size": 1 } ] }
        """;

    private const string LastStepAsQuery = """
        { "inputs": { "ask": { "shape": [7, 12], "axes": ["time", "features"] },
            "told": { "shape": [9, 12], "axes": ["time", "features"] } }, "layers": [
          { "name": "asking", "type": "gru", "inputs": ["ask"], "hidden_size": 24, "return_sequences": false },
          { "name": "memory", "type": "gru", "inputs": ["told"], "hidden_size": 24 },
          { "name": "answer", "type": "attention", "inputs": ["asking", "memory", "memory"] } ] }
        """;

    [Theory]
    [InlineData(GateBuiltForLess, "in-features-96", "Give down in_features 96, and set out_features of up to 96", "[N, 96, 14, 14]")]
    [InlineData(
        WrittenGate,
        "in-features-40",
        "Give down in_features 40, and set out_features of up to 40, and shape of gate to [40, 1]",
        "[N, 40, 50]"
    )]
    [InlineData(
        TwoFaultsInARow,
        "return-sequences-first",
        "Let first give every state (return_sequences), and join along time",
        "[N, 18, 6]"
    )]
    public void What_a_repair_brings_to_light_belongs_to_the_same_fix(string spec, string id, string title, string output)
    {
        var fix = Assert.Single(Errors(spec)).Fixes[0];
        Assert.Equal((id, title), (fix.Id, fix.Title));
        var whole = Patched(spec, fix);
        Assert.Equal("valid", whole.Verdict);
        Assert.Equal(output, whole.Plan!.Layers[^1].Output.ToString());
    }

    [Theory]
    [InlineData(GateBuiltForLess)]
    [InlineData(WrittenGate)]
    [InlineData(TwoFaultsInARow)]
    [InlineData(PatchesOfTwo)]
    [InlineData(TwoLengthsIntoOneKindOfEncoder)]
    public void No_fix_leaves_an_error_that_was_not_there(string spec)
    {
        var before = Errors(spec).Select(found => (found.Code.Name, found.Layer)).ToHashSet();
        foreach (var found in Errors(spec))
        {
            Assert.NotEmpty(found.Fixes);
            Assert.All(
                found.Fixes,
                fix => Assert.DoesNotContain(
                    Patched(spec, fix).Report.Diagnostics,
                    after => after.Severity == Severity.Error && !before.Contains((after.Code.Name, after.Layer))
                )
            );
        }
    }

    [Theory]
    [InlineData(WordsBesideWhatTheyBecome, "width_difference", "vectors", "project-to-low", "[N, 9, 48]")]
    [InlineData(TwoLengthsIntoOneKindOfEncoder, "one_branch_differs", null, "feed-right-400-steps", "[N, 8, 200]")]
    [InlineData(ScoresOfAnotherNumberOfClasses, "width_difference", "enlarged", "out-channels-enlarged-5", "[N, 5, 32, 32]")]
    [InlineData(DilatedAndPaddedForNone, "padding_difference", "one", "same-padding-one", "[N, 8, 16, 16]")]
    [InlineData(PatchesOfTwo, "stride_difference", "patches", "upsample-up1", "[N, 48, 16, 16]")]
    [InlineData(RowsBecomeSteps, "stride_difference", "enlarged", "upsample-mixed", "[N, 8, 640]")]
    [InlineData(TwoSignals, "one_branch_differs", "a", "upsample-a", "[N, 15, 50]")]
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
        Assert.Equal("valid", Patched(spec, found.Fixes[0]).Verdict);
    }

    [Fact]
    public void A_width_that_is_corrected_takes_the_declared_ones_behind_the_merge_along()
    {
        const string spec = """
            { "inputs": { "x": { "shape": [40] } }, "layers": [
              { "name": "in", "type": "linear", "in_features": 40, "out_features": 24 },
              { "name": "up", "type": "linear", "in_features": 24, "out_features": 96, "activation": "relu" },
              { "name": "down", "type": "linear", "in_features": 96, "out_features": 32 },
              { "name": "sum", "type": "add", "inputs": ["in", "down"] },
              { "name": "scores", "type": "linear", "in_features": 32, "out_features": 5 } ] }
            """;
        var found = Assert.Single(Errors(spec));
        Assert.Contains("Set out_features of down to 24, and give scores in_features 24", found.Fixes.Select(fix => fix.Title));
        Assert.All(found.Fixes, fix => Assert.Equal("valid", Patched(spec, fix).Verdict));
    }

    [Fact]
    public void A_query_of_one_step_is_given_by_a_layer_that_can_give_all()
    {
        var found = Assert.Single(Errors(LastStepAsQuery));
        Assert.Equal(("layer.rank", "answer", "return-sequences-asking"), (found.Code.Name, found.Layer, found.Fixes[0].Id));
        Assert.Equal("[N, 7, 24]", found.Fixes[0].OutputShape.ToString());
    }

    [Fact]
    public void Lists_of_boxes_are_joined_along_the_list()
    {
        const string spec = """
            { "inputs": { "a": { "shape": [30, 4], "axes": ["time", "features"] }, "b": { "shape": [8, 4], "axes": ["time", "features"] } },
              "layers": [ { "name": "boxes", "type": "concat", "inputs": ["a", "b"], "axis": -1 } ] }
            """;
        var found = Assert.Single(Errors(spec));
        Assert.Equal(("wrong_axis", "axis-time"), (found.Cause!.Kind.Name, found.Fixes[0].Id));
    }

    [Fact]
    public void A_stride_is_given_back_in_a_block_whose_first_place_has_its_own()
    {
        const string spec = """
            { "inputs": { "x": { "shape": [16, 32, 32] } },
              "blocks": { "res": [ { "name": "sum", "type": "parallel", "merge": "add", "branches": [
                [ { "name": "a", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1, "stride": 2 },
                  { "name": "b", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1 } ],
                [ { "name": "beside", "type": "conv2d", "out_channels": 16, "kernel_size": 1 } ] ] } ] },
              "layers": [
                { "name": "one", "type": "block", "block": "res", "with": { "a": { "stride": 1 } } },
                { "name": "two", "type": "block", "block": "res" },
                { "name": "three", "type": "block", "block": "res" } ] }
            """;
        var found = Errors(spec).First();
        Assert.Equal("stride_difference", found.Cause!.Kind.Name);
        Assert.All(found.Fixes, fix => Assert.NotEqual(FixKind.Drop, fix.Kind));
        Assert.Equal("valid", Patched(spec, found.Fixes[0]).Verdict);
    }

    private static Compilation Patched(string spec, Fix fix) => Compiler.Compile(PatchedText(spec, fix));

    private static byte[] PatchedText(string spec, Fix fix)
    {
        using var document = JsonDocument.Parse(spec);
        var patched = JsonPatch.Read(document.RootElement);
        JsonPatch.Apply(patched, fix.Patch);
        return Encoding.UTF8.GetBytes(patched.ToJsonString());
    }

    private static IEnumerable<Diagnostic> Errors(string spec) =>
        Compile(spec).Report.Diagnostics.Where(found => found.Severity == Severity.Error);

    private static Compilation Compile(string spec) => Compiler.Compile(Encoding.UTF8.GetBytes(spec));
}
