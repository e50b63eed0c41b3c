using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>More kinds of faults that people reported: what the first fix does, told by the shapes that the network then has.</summary>
public sealed class SecondReadingTests
{
    // A pyramid of poolings that keep the size only where they are padded (He et al. 2015, as YOLO uses it).
    private const string Pyramid = """
        { "inputs": { "x": { "shape": [64, 13, 13] } }, "layers": [
          { "name": "a", "type": "max_pool2d", "inputs": ["x"], "kernel_size": 3, "stride": 1 },
          { "name": "b", "type": "avg_pool2d", "inputs": ["x"], "kernel_size": 7, "stride": 1 },
          { "name": "c", "type": "max_pool2d", "inputs": ["x"], "kernel_size": 11, "stride": 1 },
          { "name": "sum", "type": "concat", "inputs": ["a", "b", "c", "x"] } ] }
        """;

    private const string CropByNumber = """
        { "inputs": { "skip": { "shape": [32, 40, 40] }, "deep": { "shape": [64, 17, 17] } }, "layers": [
          { "name": "up", "type": "conv_transpose2d", "inputs": ["deep"], "out_channels": 32, "kernel_size": 2, "stride": 2 },
          { "name": "cut", "type": "center_crop", "inputs": ["skip"], "size": 33 },
          { "name": "sum", "type": "concat", "inputs": ["cut", "up"] } ] }
        """;

    private const string StretchedByNumber = """
        { "inputs": { "x": { "shape": [128, 9, 9] } }, "layers": [
          { "name": "mean", "type": "global_avg_pool", "inputs": ["x"], "keep_dims": true },
          { "name": "wide", "type": "expand", "shape": [128, 8, 8] },
          { "name": "sum", "type": "concat", "inputs": ["x", "wide"] } ] }
        """;

    private const string OneStepApart = """
        { "inputs": { "sound": { "shape": [50, 40], "axes": ["time", "features"] },
          "lips": { "shape": [49, 40], "axes": ["time", "features"] } }, "layers": [
          { "name": "sum", "type": "concat", "inputs": ["sound", "lips"], "axis": "features" } ] }
        """;

    private const string OtherRate = """
        { "inputs": { "sound": { "shape": [240, 40], "axes": ["time", "features"] },
          "lips": { "shape": [80, 256], "axes": ["time", "features"] } }, "layers": [
          { "name": "sum", "type": "concat", "inputs": ["sound", "lips"], "axis": "features" } ] }
        """;

    private const string WidthsThatGrow = """
        { "inputs": { "x": { "shape": [8, 30] } }, "layers": [
          { "name": "a", "type": "conv1d", "inputs": ["x"], "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "b", "type": "conv1d", "inputs": ["a"], "out_channels": 12, "kernel_size": 3, "padding": 1 },
          { "name": "c", "type": "conv1d", "inputs": ["b"], "out_channels": 24, "kernel_size": 3, "padding": 1 },
          { "name": "sum", "type": "add", "inputs": ["a", "b", "c"] } ] }
        """;

    private const string DeclaredBehind = """
        { "inputs": { "question": { "shape": [300] }, "picture": { "shape": [300] } }, "layers": [
          { "name": "sum", "type": "concat", "inputs": ["question", "picture"], "axis": 0 },
          { "name": "answer", "type": "linear", "in_features": 300, "out_features": 10 } ] }
        """;

    private const string StretchedVector = """
        { "inputs": { "map": { "shape": [64, 20, 20] }, "kind": { "shape": [64] } }, "layers": [
          { "name": "tiled", "type": "expand", "inputs": ["kind"], "shape": [64, 20, 20] },
          { "name": "sum", "type": "concat", "inputs": ["map", "tiled"] } ] }
        """;

    [Theory]
    [InlineData(Pyramid, "a", FixKind.Edit, "[N, 256, 13, 13]")]
    [InlineData(CropByNumber, "cut", FixKind.Edit, "[N, 64, 34, 34]")]
    [InlineData(StretchedByNumber, "wide", FixKind.Edit, "[N, 256, 9, 9]")]
    [InlineData(OneStepApart, "lips", FixKind.Adapter, "[N, 49, 80]")]
    [InlineData(OtherRate, "lips", FixKind.Adapter, "[N, 80, 296]")]
    [InlineData(WidthsThatGrow, "b", FixKind.Adapter, "[N, 24, 30]")]
    [InlineData(DeclaredBehind, "sum", FixKind.Edit, "[N, 600]")]
    [InlineData(StretchedVector, null, FixKind.Adapter, "[N, 64, 20, 20]")]
    public void The_first_fix_is_what_was_meant(string spec, string? blamed, FixKind kind, string shape)
    {
        using var document = JsonDocument.Parse(spec);
        var found = Assert.Single(Compiler.Compile(document.RootElement).Report.Diagnostics, each => each.Severity == Severity.Error);
        Assert.NotEmpty(found.Fixes);
        Assert.Equal((blamed, kind, shape), (found.Cause?.Layer, found.Fixes[0].Kind, found.Fixes[0].OutputShape.ToString()));
        Assert.Equal("valid", Repair.Of(document.RootElement).Result.Verdict);
    }

    [Fact]
    public void Each_pooling_gets_the_padding_of_its_own_window()
    {
        using var document = JsonDocument.Parse(Pyramid);
        var first = Compiler.Compile(document.RootElement).Report.Diagnostics[0].Fixes[0];
        Assert.Equal("Set the padding of a to 1, b to 3 and c to 5", first.Title);
    }

    [Fact]
    public void Two_rates_are_brought_together_by_a_pooling_of_their_ratio()
    {
        using var document = JsonDocument.Parse(OtherRate);
        var first = Compiler.Compile(document.RootElement).Report.Diagnostics[0].Fixes[0];
        Assert.Contains("avg_pool1d", first.Patch.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("\"kernel_size\":3", first.Patch.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_width_that_is_declared_behind_follows_in_the_same_fix()
    {
        using var document = JsonDocument.Parse(DeclaredBehind);
        var first = Compiler.Compile(document.RootElement).Report.Diagnostics[0].Fixes[0];
        Assert.Equal("Join along channels, and give answer in_features 600", first.Title);
    }
}
