using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>Sizes that one side has from a number alone.</summary>
public sealed class StretchedSizeTests
{
    // PCT, issue 22: the feature of all points is repeated for more points than are left.
    private const string RepeatedForOtherPoints = """
        { "inputs": { "points": { "shape": [3, 1024] } }, "layers": [
          { "name": "embed", "type": "conv1d", "out_channels": 64, "kernel_size": 1 },
          { "name": "sampled", "type": "max_pool1d", "kernel_size": 4 },
          { "name": "local", "type": "conv1d", "out_channels": 1024, "kernel_size": 1 },
          { "name": "all", "type": "global_max_pool", "keep_dims": true },
          { "name": "repeated", "type": "expand", "shape": [1024, 1024] },
          { "name": "both", "type": "concat", "inputs": ["local", "repeated"] } ] }
        """;

    // A style repeated over a map of half the size (no stride is to blame, though one is twice the other).
    private const string StyleForAnotherMap = """
        { "inputs": { "image": { "shape": [3, 64, 64] }, "style": { "shape": [8, 1, 1] } }, "layers": [
          { "name": "map", "type": "conv2d", "inputs": ["image"], "out_channels": 16, "kernel_size": 3, "stride": 2, "padding": 1 },
          { "name": "everywhere", "type": "expand", "inputs": ["style"], "shape": [8, 64, 64] },
          { "name": "both", "type": "concat", "inputs": ["map", "everywhere"] } ] }
        """;

    // ViT-pytorch, issue 3: the table of 224x224 with pictures of 32x32.
    private const string TableForAnotherPicture = """
        { "inputs": { "image": { "shape": [3, 32, 32] } }, "layers": [
          { "name": "patches", "type": "conv2d", "out_channels": 48, "kernel_size": 16, "stride": 16 },
          { "name": "row", "type": "reshape", "shape": [48, 4] },
          { "name": "tokens", "type": "permute", "dims": [0, 2, 1] },
          { "name": "cls", "type": "parameter", "shape": [1, 48], "axes": ["time", "features"] },
          { "name": "seq", "type": "concat", "inputs": ["cls", "tokens"], "axis": "time" },
          { "name": "pos", "type": "parameter", "shape": [197, 48], "axes": ["time", "features"] },
          { "name": "embedded", "type": "add", "inputs": ["seq", "pos"] } ] }
        """;

    [Theory]
    [InlineData(RepeatedForOtherPoints, "stride_difference", "repeated", "Set shape of repeated to [1024, 256]")]
    [InlineData(StyleForAnotherMap, "stride_difference", "everywhere", "Set shape of everywhere to [8, 32, 32]")]
    [InlineData(TableForAnotherPicture, "one_branch_differs", "pos", "Set shape of pos to [5, 48]")]
    public void The_number_is_to_blame_and_follows_the_other_side(string spec, string kind, string blamed, string title)
    {
        var report = Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report;
        var found = Assert.Single(report.Diagnostics, each => each.Severity == Severity.Error);
        Assert.Equal((kind, blamed, title), (found.Cause!.Kind.Name, found.Cause.Layer, found.Fixes[0].Title));
    }
}
