using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>Kinds that a fourth batch of reports brought: what is given or read in the middle of a branch, not at its end.</summary>
public sealed class FourthReadingTests
{
    // A pyramid whose last level takes the level below the one that was made for it.
    private const string PyramidSkipsALevel = """
        { "inputs": { "x": { "shape": [3, 256, 256] } }, "layers": [
          { "name": "c2", "type": "conv2d", "out_channels": 64, "kernel_size": 3, "padding": 1, "stride": 4 },
          { "name": "c3", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "c4", "type": "conv2d", "out_channels": 256, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "l4", "type": "conv2d", "inputs": ["c4"], "out_channels": 64, "kernel_size": 1 },
          { "name": "l3", "type": "conv2d", "inputs": ["c3"], "out_channels": 64, "kernel_size": 1 },
          { "name": "l2", "type": "conv2d", "inputs": ["c2"], "out_channels": 64, "kernel_size": 1 },
          { "name": "u4", "type": "upsample", "inputs": ["l4"], "scale_factor": 2 },
          { "name": "p3", "type": "add", "inputs": ["u4", "l3"] },
          { "name": "u3", "type": "upsample", "inputs": ["l4"], "scale_factor": 2 },
          { "name": "p2", "type": "add", "inputs": ["u3", "l2"] } ] }
        """;

    // FaceNet's first inception block behind another image (ellisdg/3DUnetCNN, issue 42): the border was counted for 12x12.
    private const string BorderForAnotherImage = """
        { "inputs": { "x": { "shape": [8, 25, 25] } }, "layers": [
          { "name": "wide", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1 },
          { "name": "pool", "type": "max_pool2d", "inputs": ["x"], "kernel_size": 3, "stride": 2 },
          { "name": "border", "type": "pad2d", "padding": [3, 4, 3, 4] },
          { "name": "join", "type": "concat", "inputs": ["wide", "border"] } ] }
        """;

    // The border is lost again behind it, cell by cell.
    private const string BorderBeforeAWindow = """
        { "inputs": { "x": { "shape": [8, 24, 24] } }, "layers": [
          { "name": "whole", "type": "conv2d", "out_channels": 16, "kernel_size": 5, "padding": 2 },
          { "name": "border", "type": "pad2d", "inputs": ["x"], "padding": 1 },
          { "name": "window", "type": "conv2d", "out_channels": 16, "kernel_size": 5 },
          { "name": "join", "type": "concat", "inputs": ["whole", "window"] } ] }
        """;

    // A photograph as Pillow gives it beside a mask.
    private const string PhotographBesideMask = """
        { "inputs": { "image": { "shape": [224, 224, 3] }, "mask": { "shape": [1, 224, 224] } }, "layers": [
          { "name": "join", "type": "concat", "inputs": ["image", "mask"] },
          { "name": "stem", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1 } ] }
        """;

    // Keras, issue 16925: only the way to the sum is pooled.
    private const string PooledBeforeTheSum = """
        { "layout": "channels_last", "inputs": { "x": { "shape": [224, 224, 3] } }, "layers": [
          { "name": "conv", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same" },
          { "name": "first", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "again", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same" },
          { "name": "second", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "sum", "type": "add", "inputs": ["second", "first"] } ] }
        """;

    // hamidriasat/DDRNets, issue 2: a size was given for another image.
    private const string SizeForAnotherImage = """
        { "inputs": { "x": { "shape": [3, 512, 1024] } }, "layers": [
          { "name": "stem", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "high", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1 },
          { "name": "low", "type": "conv2d", "inputs": ["stem"], "out_channels": 32, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "up", "type": "upsample", "size": [64, 128], "mode": "bilinear" },
          { "name": "sum", "type": "add", "inputs": ["high", "up"] } ] }
        """;

    [Theory]
    [InlineData(PyramidSkipsALevel, "wrong_input", "u3", "reroute-l4-p3")]
    [InlineData(BorderForAnotherImage, "stride_difference", "border", "padding-border-6-7-6-7")]
    [InlineData(BorderBeforeAWindow, "padding_difference", "border", "padding-border-2")]
    [InlineData(PhotographBesideMask, "mixed_layout", null, "permute-image")]
    [InlineData(PooledBeforeTheSum, "stride_difference", "second", "pool-first")]
    [InlineData(SizeForAnotherImage, "stride_difference", "up", "size-up-256-512")]
    public void The_layer_that_people_blame_is_named_and_their_fix_comes_first(string spec, string kind, string? blamed, string first)
    {
        var found = Assert.Single(
            Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report.Diagnostics,
            each => each.Severity == Severity.Error
        );
        Assert.Equal((kind, blamed, first), (found.Cause!.Kind.Name, found.Cause.Layer, found.Fixes[0].Id));
    }

    [Fact]
    public void An_upsampling_by_four_is_a_scale_like_another()
    {
        const string spec = """
            { "inputs": { "x": { "shape": [3, 64, 64] } }, "layers": [
              { "name": "fine", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1 },
              { "name": "coarse", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1, "stride": 4 },
              { "name": "up", "type": "upsample", "scale_factor": 2 },
              { "name": "sum", "type": "add", "inputs": ["fine", "up"] } ] }
            """;
        var found = Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report.Diagnostics[0];
        Assert.Contains(found.Fixes.Take(3), fix => fix.Id == "scale-factor-4-up");
    }
}
