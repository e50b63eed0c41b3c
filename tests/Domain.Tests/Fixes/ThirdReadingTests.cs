using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>
/// Kinds that reports of others brought: who is to blame where two layers could be, and which of two right fixes people take first.
/// </summary>
public sealed class ThirdReadingTests
{
    // The 1x1 convolution has its stride because the block has one: the block lost it.
    private const string BlockLostItsStride = """
        { "inputs": { "x": { "shape": [64, 56, 56] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["x"], "out_channels": 128, "kernel_size": 3, "padding": 1 },
          { "name": "b", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "padding": 1 },
          { "name": "skip", "type": "conv2d", "inputs": ["x"], "out_channels": 128, "kernel_size": 1, "stride": 2 },
          { "name": "sum", "type": "add", "inputs": ["b", "skip"] },
          { "name": "a2", "type": "conv2d", "inputs": ["sum"], "out_channels": 256, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "b2", "type": "conv2d", "out_channels": 256, "kernel_size": 3, "padding": 1 },
          { "name": "skip2", "type": "conv2d", "inputs": ["sum"], "out_channels": 256, "kernel_size": 1, "stride": 2 },
          { "name": "sum2", "type": "add", "inputs": ["b2", "skip2"] } ] }
        """;

    // The other places of the block have widths of their own.
    private const string OneWidthOfABlock = """
        { "inputs": { "x": { "shape": [64, 28, 28] } },
          "blocks": { "down": [ { "name": "sum", "type": "parallel", "merge": "add", "branches": [
            [ { "name": "a", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "padding": 1, "stride": 2 } ],
            [ { "name": "skip", "type": "conv2d", "out_channels": 160, "kernel_size": 1, "stride": 2 } ] ] } ] },
          "layers": [
            { "name": "one", "type": "block", "block": "down" },
            { "name": "two", "type": "block", "block": "down",
              "with": { "a": { "out_channels": 256 }, "skip": { "out_channels": 256 } } } ] }
        """;

    // Joined along time: the branch that lost its time axis is to blame, not the one that got one.
    private const string PooledAway = """
        { "layout": "channels_last", "inputs": { "words": { "shape": [20, 32] }, "picture": { "shape": [64] } }, "layers": [
          { "name": "pooled", "type": "global_avg_pool", "inputs": ["words"] },
          { "name": "seen", "type": "linear", "inputs": ["picture"], "out_features": 32 },
          { "name": "step", "type": "reshape", "shape": [1, 32] },
          { "name": "sequence", "type": "concat", "inputs": ["step", "pooled"], "axis": "time" } ] }
        """;

    // Two vectors and one sequence: the reader that gives every step stands alone.
    private const string EveryStep = """
        { "layout": "channels_last", "inputs": { "words": { "shape": [20, 32] }, "table": { "shape": [7] } }, "layers": [
          { "name": "state", "type": "lstm", "inputs": ["words"], "hidden_size": 16 },
          { "name": "filter", "type": "conv1d", "inputs": ["words"], "out_channels": 24, "kernel_size": 3, "padding": "same" },
          { "name": "found", "type": "global_max_pool" },
          { "name": "all", "type": "concat", "inputs": ["state", "found", "table"] } ] }
        """;

    // apsdehal/hm_example_mmf, pull request 1.
    private const string OneCellIsNoVector = """
        { "inputs": { "image": { "shape": [2048, 7, 7] }, "text": { "shape": [300] } }, "layers": [
          { "name": "pooled", "type": "adaptive_avg_pool2d", "inputs": ["image"], "output_size": 1 },
          { "name": "join", "type": "concat", "inputs": ["text", "pooled"] } ] }
        """;

    // What nothing reads has the right size, though it is on no way to the merge.
    private const string UnreadIsMeant = """
        { "inputs": { "image": { "shape": [3, 64, 64] } }, "layers": [
          { "name": "c1", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "c2", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "c3", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "up2", "type": "upsample", "scale_factor": 2 },
          { "name": "td2", "type": "concat", "inputs": ["up2", "c2"] },
          { "name": "p2", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "up1", "type": "upsample", "scale_factor": 2 },
          { "name": "td1", "type": "concat", "inputs": ["c3", "c1"] } ] }
        """;

    // The other upsampling takes its skip's size.
    private const string TheOtherTakesItsSkipsSize = """
        { "inputs": { "image": { "shape": [3, 50, 64] } }, "layers": [
          { "name": "s0", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "p0", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "s1", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1 },
          { "name": "p1", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "u1", "type": "upsample", "scale_factor": 2 },
          { "name": "j1", "type": "concat", "inputs": ["u1", "s1"] },
          { "name": "u0", "type": "upsample", "size": { "like": "s0" } },
          { "name": "j0", "type": "concat", "inputs": ["u0", "s0"] } ] }
        """;

    // Two outputs: that both get another size with the image speaks against nothing.
    private const string TwoOutputs = """
        { "inputs": { "image": { "shape": [3, 60, 64] } }, "layers": [
          { "name": "c1", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 4 },
          { "name": "c2", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "up", "type": "upsample", "scale_factor": 2 },
          { "name": "td", "type": "concat", "inputs": ["up", "c1"] },
          { "name": "fine", "type": "conv2d", "inputs": ["c1"], "out_channels": 1, "kernel_size": 1 },
          { "name": "coarse", "type": "conv2d", "inputs": ["c2"], "out_channels": 1, "kernel_size": 1 } ],
          "outputs": ["td", "fine", "coarse"] }
        """;

    // sktime's MACNN with "valid" (issue 9306): all windows are meant to see the same steps.
    private const string KernelsSideBySide = """
        { "inputs": { "series": { "shape": [1, 24] } }, "layers": [
          { "name": "k3", "type": "conv1d", "inputs": ["series"], "out_channels": 64, "kernel_size": 3 },
          { "name": "k6", "type": "conv1d", "inputs": ["series"], "out_channels": 64, "kernel_size": 6 },
          { "name": "k12", "type": "conv1d", "inputs": ["series"], "out_channels": 64, "kernel_size": 12 },
          { "name": "both", "type": "concat", "inputs": ["k3", "k6", "k12"] } ] }
        """;

    // ONNX's tiny-yolov3 read as one pixel (AMDMIGraphX, issue 752): the image is too small for any stride.
    private const string OnePixel = """
        { "inputs": { "image": { "shape": [3, 1, 1] } }, "layers": [
          { "name": "fine", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same" },
          { "name": "pool", "type": "max_pool2d", "kernel_size": 2, "padding": "same" },
          { "name": "up", "type": "upsample", "scale_factor": 2 },
          { "name": "route", "type": "concat", "inputs": ["up", "fine"] } ] }
        """;

    [Theory]
    [InlineData(BlockLostItsStride, "stride_difference", "a", "stride-2-a")]
    [InlineData(OneWidthOfABlock, "width_difference", "one/sum/branch1/skip", "out-channels-one-sum-branch1-skip-128")]
    [InlineData(PooledAway, "rank_difference", "pooled", "keep-dims-pooled")]
    [InlineData(EveryStep, "rank_difference", "state", "last-state-state")]
    [InlineData(OneCellIsNoVector, "rank_difference", "pooled", "flatten-pooled")]
    [InlineData(UnreadIsMeant, "wrong_input", "td1", "reroute-c3-up1")]
    [InlineData(TheOtherTakesItsSkipsSize, "odd_size_rounding", "p1", "upsample-like-s1")]
    [InlineData(KernelsSideBySide, "padding_difference", "k3", "same-padding-together")]
    [InlineData(OnePixel, "odd_size_rounding", "pool", "resize-input-2x2")]
    [InlineData(TwoOutputs, "odd_size_rounding", "c2", "resize-input-64x64")]
    public void The_layer_that_people_blame_is_named_and_their_fix_comes_first(string spec, string kind, string blamed, string first)
    {
        var found = Assert.Single(
            Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report.Diagnostics,
            each => each.Severity == Severity.Error
        );
        Assert.Equal((kind, blamed, first), (found.Cause!.Kind.Name, found.Cause.Layer, found.Fixes[0].Id));
    }
}
