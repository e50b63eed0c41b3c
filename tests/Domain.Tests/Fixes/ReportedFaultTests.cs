using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>Kinds of faults that people reported, each with what is right by the network that they meant.</summary>
public sealed class ReportedFaultTests
{
    // A residual block of ResNet whose shortcut has no projection (He et al. 2016, option B).
    private const string Residual = """
        { "inputs": { "x": { "shape": [64, 56, 56] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "stride": 2, "padding": 1 },
          { "name": "b", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "padding": 1 },
          { "name": "sum", "type": "add", "inputs": ["b", "x"] } ] }
        """;

    // A temporal block padded on both sides, whose ends nobody cuts (Bai et al. 2018).
    private const string Temporal = """
        { "inputs": { "x": { "shape": [16, 100] } }, "layers": [
          { "name": "c1", "type": "conv1d", "out_channels": 16, "kernel_size": 3, "dilation": 2, "padding": 4 },
          { "name": "c2", "type": "conv1d", "out_channels": 16, "kernel_size": 3, "dilation": 2, "padding": 4 },
          { "name": "sum", "type": "add", "inputs": ["x", "c2"] } ] }
        """;

    // WaveNet's residual: the causal convolution lacks the first two steps.
    private const string WaveNet = """
        { "inputs": { "x": { "shape": [32, 1024] } }, "layers": [
          { "name": "c", "type": "conv1d", "out_channels": 32, "kernel_size": 2, "dilation": 2 },
          { "name": "sum", "type": "add", "inputs": ["x", "c"] } ] }
        """;

    private const string VectorAtEveryStep = """
        { "inputs": { "steps": { "shape": ["T", 5], "axes": ["time", "features"] }, "context": { "shape": [3] } }, "layers": [
          { "name": "sum", "type": "concat", "inputs": ["steps", "context"], "axis": "features" },
          { "name": "reader", "type": "lstm", "hidden_size": 8 } ] }
        """;

    private const string VectorAsStep = """
        { "layout": "channels_last", "inputs": { "picture": { "shape": [512] }, "words": { "shape": [30, 512] } }, "layers": [
          { "name": "sum", "type": "concat", "inputs": ["picture", "words"], "axis": "time" } ] }
        """;

    private const string GateOfOtherLayout = """
        { "inputs": { "x": { "shape": [64, 48, 48] } }, "layers": [
          { "name": "squeeze", "type": "global_avg_pool" },
          { "name": "gate", "type": "reshape", "shape": [1, 1, 64] },
          { "name": "sum", "type": "multiply", "inputs": ["x", "gate"] } ] }
        """;

    private const string OneHotLabel = """
        { "inputs": { "z": { "shape": [100] }, "y": { "shape": [10], "dtype": "int64" } }, "layers": [
          { "name": "sum", "type": "concat", "inputs": ["z", "y"] } ] }
        """;

    private const string WordsOfWidthOne = """
        { "layout": "channels_last", "inputs": { "picture": { "shape": [4096] }, "words": { "shape": [40], "dtype": "int64" } }, "layers": [
          { "name": "p", "type": "linear", "inputs": ["picture"], "out_features": 300 },
          { "name": "step", "type": "reshape", "shape": [1, 300] },
          { "name": "vectors", "type": "embedding", "inputs": ["words"], "num_embeddings": 8000, "embedding_dim": 1 },
          { "name": "sum", "type": "concat", "inputs": ["step", "vectors"], "axis": 1 } ] }
        """;

    // Kim 2014: windows of several heights over text, here square.
    private const string SquareKernels = """
        { "layout": "channels_last", "inputs": { "words": { "shape": [56], "dtype": "int64" } }, "layers": [
          { "name": "vectors", "type": "embedding", "num_embeddings": 100, "embedding_dim": 50 },
          { "name": "page", "type": "reshape", "shape": [56, 50, 1] },
          { "name": "c3", "type": "conv2d", "out_channels": 8, "kernel_size": 3 },
          { "name": "p3", "type": "max_pool2d", "kernel_size": [54, 1], "stride": 1 },
          { "name": "c4", "type": "conv2d", "inputs": ["page"], "out_channels": 8, "kernel_size": 4 },
          { "name": "p4", "type": "max_pool2d", "kernel_size": [53, 1], "stride": 1 },
          { "name": "sum", "type": "concat", "inputs": ["p3", "p4"], "axis": 1 } ] }
        """;

    private const string PositionsOfAnotherLength = """
        { "inputs": { "tokens": { "shape": [128], "dtype": "int64" }, "positions": { "shape": [100], "dtype": "int64" } }, "layers": [
          { "name": "t", "type": "embedding", "inputs": ["tokens"], "num_embeddings": 1000, "embedding_dim": 64 },
          { "name": "p", "type": "embedding", "inputs": ["positions"], "num_embeddings": 512, "embedding_dim": 64 },
          { "name": "sum", "type": "add", "inputs": ["t", "p"] } ] }
        """;

    // The original U-Net pads nowhere: 568 of the skip against 560 (Ronneberger et al. 2015, one level).
    private const string UnpaddedUNet = """
        { "inputs": { "x": { "shape": [1, 572, 572] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3 },
          { "name": "skip", "type": "conv2d", "out_channels": 8, "kernel_size": 3 },
          { "name": "pool", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "c", "type": "conv2d", "out_channels": 16, "kernel_size": 3 },
          { "name": "d", "type": "conv2d", "out_channels": 16, "kernel_size": 3 },
          { "name": "up", "type": "conv_transpose2d", "out_channels": 8, "kernel_size": 2, "stride": 2 },
          { "name": "sum", "type": "concat", "inputs": ["skip", "up"] } ] }
        """;

    // Inception v3's reduction: its pooling rounds up, the convolutions do not.
    private const string CeilBesideFloor = """
        { "inputs": { "x": { "shape": [8, 70, 70] } }, "layers": [
          { "name": "c", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": 2 },
          { "name": "p", "type": "max_pool2d", "inputs": ["x"], "kernel_size": 3, "stride": 2, "ceil_mode": true },
          { "name": "sum", "type": "concat", "inputs": ["c", "p"] } ] }
        """;

    // ASPP's image level (Chen et al. 2017), whose map of one cell nobody enlarges.
    private const string ImageLevel = """
        { "inputs": { "x": { "shape": [32, "H", "W"] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 1 },
          { "name": "mean", "type": "global_avg_pool", "inputs": ["x"], "keep_dims": true },
          { "name": "b", "type": "conv2d", "out_channels": 8, "kernel_size": 1 },
          { "name": "sum", "type": "concat", "inputs": ["a", "b"] } ] }
        """;

    // A pyramid's lateral convolution on the wrong level of the backbone.
    private const string WrongLevel = """
        { "inputs": { "x": { "shape": [3, 64, 64] } }, "layers": [
          { "name": "c2", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1 },
          { "name": "c3", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "stride": 2, "padding": 1 },
          { "name": "c4", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "stride": 2, "padding": 1 },
          { "name": "up", "type": "upsample", "scale_factor": 2 },
          { "name": "lateral", "type": "conv2d", "inputs": ["c2"], "out_channels": 8, "kernel_size": 1 },
          { "name": "sum", "type": "concat", "inputs": ["up", "lateral"] } ] }
        """;

    // A bottom-up convolution of a PAN that does not halve, behind a merge that is right.
    private const string BottomUp = """
        { "inputs": { "x": { "shape": [3, 64, 64] } }, "outputs": ["head3", "head4"], "layers": [
          { "name": "p3", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1 },
          { "name": "p4", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "stride": 2, "padding": 1 },
          { "name": "up", "type": "upsample", "scale_factor": 2 },
          { "name": "merge3", "type": "concat", "inputs": ["up", "p3"] },
          { "name": "head3", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "down", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "merge4", "type": "concat", "inputs": ["down", "p4"] },
          { "name": "head4", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 } ] }
        """;

    [Theory]
    [InlineData(Residual, "several_differences", "a", "project-to-b", "[N, 128, 28, 28]")]
    [InlineData(Temporal, "padding_difference", "c1", "causal-padding-c1", "[N, 16, 100]")]
    [InlineData(WaveNet, "padding_difference", "c", "cut-x", "[N, 32, 1022]")]
    [InlineData(VectorAtEveryStep, "rank_difference", null, "reshape-expand-permute-context", "[N, T, 8]")]
    [InlineData(VectorAsStep, "rank_difference", null, "reshape-picture", "[N, 31, 512]")]
    [InlineData(GateOfOtherLayout, "mixed_layout", "gate", "shape-gate-64-1-1", "[N, 64, 48, 48]")]
    [InlineData(OneHotLabel, "dtype_difference", null, "cast-reshape-y", "[N, 110]")]
    [InlineData(WordsOfWidthOne, "width_difference", "vectors", "embedding-dim-vectors-300", "[N, 41, 300]")]
    [InlineData(SquareKernels, "padding_difference", "c3", "kernel-50-wide", "[N, 2, 1, 8]")]
    [InlineData(PositionsOfAnotherLength, "one_branch_differs", null, "feed-positions-128-steps", "[N, 128, 64]")]
    [InlineData(UnpaddedUNet, "padding_difference", "c", "crop-to-up", "[N, 16, 560, 560]")]
    [InlineData(CeilBesideFloor, "odd_size_rounding", "p", "floor-mode-p", "[N, 16, 34, 34]")]
    [InlineData(ImageLevel, "stride_difference", "mean", "expand-b", "[N, 16, H, W]")]
    [InlineData(BottomUp, "stride_difference", "down", "pool-down", "[N, 24, 16, 16]")]
    public void The_cause_is_named_and_the_first_fix_is_what_was_meant(
        string spec,
        string cause,
        string? blamed,
        string first,
        string shape
    )
    {
        var found = Found(spec);
        Assert.Equal(cause, found.Cause!.Kind.Name);
        Assert.Equal(blamed, found.Cause.Layer);
        Assert.Equal(first, found.Fixes[0].Id);
        Assert.Equal(shape, found.Fixes[0].OutputShape.ToString());
    }

    [Theory]
    [InlineData(Residual)]
    [InlineData(Temporal)]
    [InlineData(WaveNet)]
    [InlineData(VectorAtEveryStep)]
    [InlineData(VectorAsStep)]
    [InlineData(GateOfOtherLayout)]
    [InlineData(OneHotLabel)]
    [InlineData(WordsOfWidthOne)]
    [InlineData(SquareKernels)]
    [InlineData(PositionsOfAnotherLength)]
    [InlineData(UnpaddedUNet)]
    [InlineData(CeilBesideFloor)]
    [InlineData(ImageLevel)]
    [InlineData(WrongLevel)]
    [InlineData(BottomUp)]
    public void Every_fix_leaves_a_network_that_is_valid_or_says_for_which_sizes_and_no_two_are_the_same(string spec)
    {
        var fixes = Found(spec).Fixes;
        foreach (var fix in fixes)
        {
            var patched = JsonNode.Parse(spec)!;
            JsonPatch.Apply(patched, fix.Patch);
            var after = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(patched));
            Assert.Equal(fix.HoldsFor.Count == 0 ? "valid" : "conditional", after.Verdict);
            Assert.NotEqual(FixKind.Drop, fix.Kind);
        }

        Assert.Equal(fixes.Count, fixes.DistinctBy(fix => fix.Patch.ToJsonString()).Count());
    }

    [Fact]
    public void A_lateral_convolution_is_offered_the_level_of_the_right_size_and_repair_asks_before_it_rewires()
    {
        var fix = Assert.Single(Found(WrongLevel).Fixes, fix => fix.Kind == FixKind.Rewire);
        Assert.Equal("Let lateral read c3 instead of c2", fix.Title);
        using var document = JsonDocument.Parse(OnlyRewire);
        Assert.Equal(FixKind.Rewire, Found(OnlyRewire).Fixes[0].Kind);
        var repair = Repair.Of(document.RootElement);
        Assert.Empty(repair.Applied);
        Assert.Contains("allow=rewire", Repair.Reason(Assert.Single(repair.Left)), StringComparison.Ordinal);
        Assert.Equal("valid", Repair.Of(document.RootElement, FixKind.Rewire).Result.Verdict);
    }

    // The decoder is back at 16x16 and its skip comes from 64x64; a layer of 16x16 stands on the way down.
    private const string OnlyRewire = """
        { "inputs": { "image": { "shape": [3, 64, 64] } }, "layers": [
          { "name": "c1", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "c2", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "activation": "relu" },
          { "name": "c3", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "activation": "relu" },
          { "name": "c4", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "activation": "relu" },
          { "name": "up", "type": "upsample", "scale_factor": 2 },
          { "name": "both", "type": "concat", "inputs": ["up", "c1"] } ] }
        """;

    private static Diagnostic Found(string spec) =>
        Compiler.Compile(System.Text.Encoding.UTF8.GetBytes(spec)).Report.Diagnostics.First(found => found.Severity <= Severity.Condition);
}
