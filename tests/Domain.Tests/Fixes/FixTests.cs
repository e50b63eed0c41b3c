using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

public sealed class FixTests
{
    // The example of the spec's own page: fine is 28x28 and coarse 14x14.
    private const string TwoBranch = """
        { "name": "two-branch", "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
          { "name": "stem", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same" },
          { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 64, "kernel_size": 3, "padding": "same" },
          { "name": "low", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
          { "name": "coarse", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "padding": "same" },
          { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"], "axis": "channels" },
          { "name": "pool", "type": "global_avg_pool" },
          { "name": "logits", "type": "linear", "out_features": 10 } ], "outputs": ["logits"] }
        """;

    private const string UNetLevel = """
        { "inputs": { "image": { "shape": [1, 25, 28] } }, "layers": [
          { "name": "skip", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "down", "type": "max_pool2d", "kernel_size": 2 },
          { "name": "up", "type": "upsample", "scale_factor": 2 },
          { "name": "both", "type": "concat", "inputs": ["skip", "up"] } ] }
        """;

    private const string ValidBesideSame = """
        { "inputs": { "image": { "shape": [3, 20, 20] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3 },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": "same" },
          { "name": "both", "type": "concat", "inputs": ["a", "b"] } ] }
        """;

    private const string WrongAxis = """
        { "inputs": { "a": { "shape": [3, 20, 20] }, "b": { "shape": [5, 20, 20] } }, "layers": [
          { "name": "both", "type": "concat", "inputs": ["a", "b"], "axis": -1 } ] }
        """;

    private const string MapAndVector = """
        { "inputs": { "image": { "shape": [3, 20, 20] }, "table": { "shape": [7] } }, "layers": [
          { "name": "both", "type": "concat", "inputs": ["image", "table"] } ] }
        """;

    private const string OtherLayout = """
        { "inputs": { "a": { "shape": [3, 20, 20] }, "b": { "shape": [20, 20, 5] } }, "layers": [
          { "name": "both", "type": "concat", "inputs": ["a", "b"] } ] }
        """;

    // The decoder is back at 16x16, and its skip comes from 64x64 instead of from c2.
    private const string WrongTap = """
        { "inputs": { "image": { "shape": [3, 64, 64] } }, "layers": [
          { "name": "c1", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "c2", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "activation": "relu" },
          { "name": "c3", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "activation": "relu" },
          { "name": "c4", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "activation": "relu" },
          { "name": "up", "type": "upsample", "scale_factor": 2 },
          { "name": "both", "type": "concat", "inputs": ["up", "c1"] } ] }
        """;

    private const string Branches = """
        { "inputs": { "image": { "shape": [3, 20, 20] } }, "layers": [
          { "name": "mix", "type": "parallel", "branches": [ [],
            [ { "type": "conv2d", "out_channels": 4, "kernel_size": 1 }, { "type": "max_pool2d", "kernel_size": 2 } ] ] } ] }
        """;

    private const string UnevenSum = """
        { "inputs": { "image": { "shape": [3, 20, 20] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 1 },
          { "name": "both", "type": "add", "inputs": ["a", "image"] } ] }
        """;

    private static Diagnostic Explain(string json) =>
        Assert.Single(Compiler.Compile(Encoding.UTF8.GetBytes(json)).Report.Diagnostics, found => found.Severity == Severity.Error);

    [Theory]
    [InlineData(TwoBranch, "stride_difference", "low", "upsample-coarse")]
    [InlineData(UNetLevel, "odd_size_rounding", "down", "resize-input-28x28")]
    [InlineData(ValidBesideSame, "padding_difference", "a", "same-padding-a")]
    [InlineData(WrongAxis, "wrong_axis", "both", "axis-channels")]
    [InlineData(MapAndVector, "rank_difference", null, "reshape-expand-table")]
    [InlineData(WrongTap, "wrong_input", "both", "reroute-c1-c3")]
    [InlineData(Branches, "stride_difference", "mix/branch1/max_pool2d_1", "upsample-branch-1")]
    [InlineData(UnevenSum, "width_difference", "a", "project-to-a")]
    public void A_mismatch_is_explained_and_its_best_fix_comes_first(string spec, string kind, string? blamed, string first)
    {
        var found = Explain(spec);
        Assert.Equal(kind, found.Cause!.Kind.Name);
        Assert.Equal(blamed, found.Cause.Layer);
        Assert.Equal(first, found.Fixes[0].Id);
    }

    [Theory]
    [InlineData(TwoBranch)]
    [InlineData(UNetLevel)]
    [InlineData(ValidBesideSame)]
    [InlineData(WrongAxis)]
    [InlineData(MapAndVector)]
    [InlineData(WrongTap)]
    [InlineData(Branches)]
    public void Every_offered_fix_applied_to_the_spec_as_sent_makes_it_valid(string spec)
    {
        var fixes = Explain(spec).Fixes;
        Assert.True(fixes.Count >= 2, $"only {fixes.Count} fixes");
        foreach (var fix in fixes)
        {
            var patched = JsonNode.Parse(spec)!;
            JsonPatch.Apply(patched, fix.Patch);
            var after = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(patched));
            Assert.True(
                after.Verdict == "valid",
                $"{fix.Id}: {string.Join("; ", after.Report.Diagnostics.Select(found => found.Message))}"
            );
            Assert.Equal(
                fix.OutputShape.ToString(),
                after.Planned.Rows.Single(row => row.Layer.Name == Explain(spec).Layer).Output!.ToString()
            );
        }
    }

    [Fact]
    public void A_fix_says_what_it_costs()
    {
        var fixes = Explain(TwoBranch).Fixes.ToDictionary(fix => fix.Id);
        Assert.Equal(0, fixes["pool-fine"].AddedParameters);
        Assert.Equal((64 * 64 * 9) + 64, fixes["convolve-fine"].AddedParameters);
        Assert.Equal(64L * 14 * 14 * 64 * 9, fixes["convolve-fine"].AddedMacs);
        Assert.Equal("[N, 192, 14, 14]", fixes["pool-fine"].OutputShape.ToString());
    }

    [Theory]
    [InlineData("transpose-coarse", "conv_transpose2d", "[N, 192, 28, 28]", (128 * 128 * 4) + 128)]
    [InlineData("unshuffle-fine", "pixel_unshuffle", "[N, 384, 14, 14]", 0)]
    public void A_fix_that_makes_the_network_larger_comes_behind_those_that_do_not(string id, string kind, string shape, long parameters)
    {
        var fixes = Explain(TwoBranch).Fixes;
        var fix = Assert.Single(fixes, fix => fix.Id == id);
        Assert.Equal(shape, fix.OutputShape.ToString());
        Assert.Equal(parameters, fix.AddedParameters);
        Assert.Equal(["upsample-coarse", "pool-fine", "convolve-fine"], fixes.Take(3).Select(first => first.Id));
        var patched = JsonNode.Parse(TwoBranch)!;
        JsonPatch.Apply(patched, fix.Patch);
        var after = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(patched));
        Assert.Equal("valid", after.Verdict);
        Assert.Single(after.Plan!.Layers, layer => layer.Operator.Kind == kind);
    }

    [Fact]
    public void A_signal_gets_the_transposed_convolution_and_a_sum_no_other_channels()
    {
        Assert.Equal("[N, 6, 24]", Assert.Single(Explain("""
            { "inputs": { "signal": { "shape": [3, 24] } }, "layers": [
              { "name": "low", "type": "max_pool1d", "kernel_size": 3 },
              { "name": "both", "type": "concat", "inputs": ["signal", "low"] } ] }
            """).Fixes, fix => fix.Id == "transpose-low").OutputShape.ToString());
        var sum = Explain("""
            { "inputs": { "image": { "shape": [3, 24, 24] } }, "layers": [
              { "name": "low", "type": "max_pool2d", "kernel_size": [2, 1] },
              { "name": "both", "type": "add", "inputs": ["image", "low"] } ] }
            """).Fixes;
        Assert.Contains(sum, fix => fix.Id == "transpose-low");
        Assert.DoesNotContain(sum, fix => fix.Id.StartsWith("unshuffle-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_fault_that_comes_again_behind_the_merge_is_repaired_there_too()
    {
        using var document = JsonDocument.Parse("""
            { "inputs": { "image": { "shape": [3, 20, 20] } }, "layers": [
              { "name": "p", "type": "max_pool2d", "kernel_size": 2 },
              { "name": "one", "type": "concat", "inputs": ["image", "p"] },
              { "name": "q", "type": "max_pool2d", "kernel_size": 4 },
              { "name": "two", "type": "concat", "inputs": ["one", "q"] } ] }
            """);
        var repair = Repair.Of(document.RootElement);
        var applied = Assert.Single(repair.Applied);
        Assert.Equal("one", applied.Diagnostic.Layer);
        Assert.EndsWith("and likewise at two", applied.Fix.Title, StringComparison.Ordinal);
        Assert.Equal("valid", repair.Result.Verdict);
    }

    [Theory]
    [InlineData("auto", "upsample", "[N, 192, 28, 28]")]
    [InlineData("pool", "avg_pool2d", "[N, 192, 14, 14]")]
    [InlineData("stride", "conv2d", "[N, 192, 14, 14]")]
    public void Align_puts_a_visible_layer_before_the_concat(string align, string kind, string shape)
    {
        var compiled = Compiler.Compile(
            Encoding.UTF8.GetBytes(TwoBranch.Replace("\"axis\": \"channels\"", $"\"align\": \"{align}\"", StringComparison.Ordinal))
        );
        Assert.Equal("valid", compiled.Verdict);
        var inserted = Assert.Single(compiled.Plan!.Layers, layer => layer.Name.StartsWith("merge/align", StringComparison.Ordinal));
        Assert.Equal(kind, inserted.Operator.Kind);
        Assert.Equal(shape, compiled.Plan.Layers.Single(layer => layer.Name == "merge").Output.ToString());
    }

    [Fact]
    public void A_valid_spec_has_no_findings() =>
        Assert.Empty(
            Compiler.Compile(Encoding.UTF8.GetBytes(ValidBesideSame.Replace("\"same\"", "0", StringComparison.Ordinal))).Report.Diagnostics
        );
}
