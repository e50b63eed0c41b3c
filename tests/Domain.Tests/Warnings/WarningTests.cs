using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Warnings;

/// <summary>What compiles and disappoints: each warning with its place, its numbers and fixes that take it away.</summary>
public sealed class WarningTests
{
    private const string Tiles = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": 1 },
          { "name": "both", "type": "concat", "inputs": ["a", "b"], "axis": 2 },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private const string TilesInParallel = """
        { "inputs": { "image": { "shape": [28, 28, 3] } }, "layout": "channels_last", "layers": [
          { "name": "mix", "type": "parallel", "merge": { "type": "concat", "axis": "width" }, "branches": [
            [ { "type": "conv2d", "out_channels": 8, "kernel_size": 1 } ],
              [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same" } ] ] } ] }
        """;

    private const string ImageAndTable = """
        { "inputs": { "image": { "shape": [3, 28, 28] }, "table": { "shape": [10] } }, "layers": [
          { "name": "look", "type": "conv2d", "inputs": ["image"], "out_channels": 512, "kernel_size": 3, "activation": "relu" },
          { "name": "seen", "type": "global_avg_pool" },
          { "name": "both", "type": "concat", "inputs": ["seen", "table"] },
          { "name": "logits", "type": "linear", "out_features": 5 } ] }
        """;

    private const string OneWithoutNorm = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": 1, "norm": "batch_norm",
            "activation": "relu" },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "both", "type": "concat", "inputs": ["a", "b"] },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private const string EndsInSigmoid = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": 1,
            "activation": "sigmoid" },
          { "name": "half", "type": "dropout" },
          { "name": "both", "type": "concat", "inputs": ["a", "half"] },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private const string PlainDenseBlock = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "block", "type": "repeat", "times": 12, "layers": [
            { "name": "join", "type": "parallel", "branches": [ [], [
              { "type": "batch_norm" }, { "type": "relu" },
                { "type": "conv2d", "out_channels": 12, "kernel_size": 3, "padding": 1 } ] ] } ] },
          { "type": "batch_norm" }, { "type": "relu" }, { "type": "global_avg_pool" } ] }
        """;

    private const string Twice = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3 },
          { "name": "both", "type": "concat", "inputs": ["a", "a"] },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private const string TwiceOfThree = """
        { "inputs": { "image": { "shape": [8, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 1 },
          { "name": "sum", "type": "add", "inputs": ["a", "image", "a"] } ] }
        """;

    private const string Forgotten = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "c", "type": "conv2d", "out_channels": 8, "kernel_size": 3 },
          { "name": "head", "type": "global_avg_pool", "inputs": ["a"] } ] }
        """;

    private const string UnreadInput = """
        { "inputs": { "image": { "shape": [3, 28, 28] }, "table": { "shape": [7] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3 } ] }
        """;

    private const string HalfASplit = """
        { "inputs": { "image": { "shape": [8, 28, 28] } }, "layers": [
          { "name": "halves", "type": "split", "sections": 2 },
          { "name": "a", "type": "conv2d", "inputs": ["halves:0"], "out_channels": 8, "kernel_size": 3 } ] }
        """;

    private const string Tower = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "tower", "type": "repeat", "times": 23,
            "layers": [ { "name": "c", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" } ] },
          { "type": "global_avg_pool" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    private const string TwoLinearMaps = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 64, "kernel_size": 3, "activation": "relu" },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 128, "kernel_size": 3, "activation": "relu" },
          { "name": "both", "type": "concat", "inputs": ["a", "b"] },
          { "name": "mix", "type": "conv2d", "out_channels": 128, "kernel_size": 1 },
          { "type": "global_avg_pool" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    private const string LinearFusion = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "both", "type": "concat", "inputs": ["a", "b"], "fuse": { "type": "conv1x1", "norm": null, "activation": null } },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private const string OneBranch = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "both", "type": "concat", "inputs": ["a"] },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private const string NearlyAllDropped = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "drop", "type": "dropout", "p": 0.95 },
          { "type": "global_avg_pool" }, { "type": "linear", "out_features": 5 } ] }
        """;

    private const string Detached = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
          { "name": "whole", "type": "cast", "dtype": "int64" }, { "name": "back", "type": "cast", "dtype": "float32" },
          { "name": "both", "type": "concat", "inputs": ["a", "back"] },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private const string SigmoidTwice = """
        { "inputs": { "x": { "shape": [8] } }, "layers": [
          { "type": "linear", "out_features": 8, "activation": "sigmoid" }, { "name": "again", "type": "sigmoid" },
          { "type": "linear", "out_features": 4 } ] }
        """;

    private const string FourSigmoids = """
        { "inputs": { "x": { "shape": [8] } }, "layers": [
          { "type": "linear", "out_features": 8, "activation": "sigmoid" },
          { "type": "linear", "out_features": 8, "activation": "sigmoid" },
          { "type": "linear", "out_features": 8, "activation": "sigmoid" },
          { "name": "fourth", "type": "linear", "out_features": 8, "activation": "sigmoid" }, { "type": "linear", "out_features": 4 } ] }
        """;

    private const string OneChannelBetween = """
        { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 32, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 32, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "thin", "type": "conv2d", "out_channels": 1, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "wide", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1, "activation": "relu" },
          { "name": "both", "type": "concat", "inputs": ["a", "wide"] },
          { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private static Compilation Compile(string json) => Compiler.Compile(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData(Tiles, "concat.spatial_axis", "/layers/2", "28 to 56", "axis-channels")]
    [InlineData(TilesInParallel, "concat.spatial_axis", "/layers/0", "28 to 56", "axis-channels")]
    [InlineData(
        ImageAndTable,
        "concat.uneven_widths",
        "/layers/2",
        "51 to 1: at initialization table contributes 1.9%",
        "widen-table",
        "narrow-seen"
    )]
    [InlineData(OneWithoutNorm, "concat.unnormalised_branch", "/layers/2", "a is normalized and b is not", "norm-b", "normalize-b")]
    [InlineData(EndsInSigmoid, "concat.saturating_branch", "/layers/3", "half ends in sigmoid", "relu-b")]
    [InlineData(PlainDenseBlock, "concat.unmixed_chain", "/layers/0/layers/0", "12 concats in a row, from block/0/join on", "fuse-conv1x1")]
    [InlineData(Twice, "concat.repeated_input", "/layers/1", "8x26x26 stands there twice", "identity-both")]
    [InlineData(TwiceOfThree, "concat.repeated_input", "/layers/1", "it counts twice", "once-a")]
    [InlineData(Forgotten, "train.unused_layer", "/layers/2", "3 layers end here, and their 808 parameters", "remove-c")]
    [InlineData(UnreadInput, "train.unused_input", "/inputs/table", "input of 7", "remove-table")]
    [InlineData(HalfASplit, "train.unused_part", "/layers/0", "halves:1, 4x28x28 of 8x28x28")]
    [InlineData(Tower, "train.deep_without_norm", "/layers/2", "24 weighted layers in a row, from tower/0/c on", "norm-stack")]
    [InlineData(TwoLinearMaps, "train.linear_fuse", "/layers/3", "25,994 parameters compute what 1,930 can", "relu-mix")]
    [InlineData(LinearFusion, "train.linear_fuse", "/layers/2", "follows without an activation", "relu-fuse-both")]
    [InlineData(NearlyAllDropped, "train.high_dropout", "/layers/1", "5 % of the numbers, each multiplied by 20", "dropout-drop")]
    [InlineData(Detached, "train.detached", "/layers/2", "so b before it, with 224 parameters, never learns")]
    [InlineData(SigmoidTwice, "train.saturation_stack", "/layers/1", "two saturating activations with nothing learned between them")]
    [InlineData(FourSigmoids, "train.saturation_stack", "/layers/3", "the last of 4 sigmoid layers in a row")]
    [InlineData(OneChannelBetween, "concat.bottleneck", "/layers/2", "falls from 32 features to 1 here, and wide behind it has 32")]
    [InlineData(OneBranch, "concat.degenerate", "/layers/1", "a concat of one input, a (8x26x26)", "identity-both")]
    public void What_compiles_and_disappoints_is_warned_about_once_with_its_place_its_numbers_and_its_fixes(
        string spec,
        string code,
        string path,
        string numbers,
        params string[] fixes
    )
    {
        var compiled = Compile(spec);
        Assert.Equal("valid", compiled.Verdict);
        var warning = Assert.Single(compiled.Report.Diagnostics);
        Assert.Equal((Severity.Warning, code, path), (warning.Severity, warning.Code.Name, warning.Path.ToString()));
        Assert.Contains(numbers, warning.Message, StringComparison.Ordinal);
        Assert.Equal(fixes, warning.Fixes.Select(fix => fix.Id));
    }

    [Fact]
    public void A_mixing_layer_that_a_shortcut_reads_too_is_not_one_linear_map_with_the_next()
    {
        var shortcut = Compile(
            """
            { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
              { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
              { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
              { "name": "both", "type": "concat", "inputs": ["a", "b"] },
              { "name": "mix", "type": "conv2d", "out_channels": 8, "kernel_size": 1 },
              { "name": "next", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" },
              { "name": "sum", "type": "add", "inputs": ["mix", "next"] } ] }
            """
        );
        Assert.Equal("valid", shortcut.Verdict);
        Assert.Empty(shortcut.Report.Diagnostics);
    }

    [Fact]
    public void An_unread_layer_of_the_same_type_and_shape_is_offered_for_an_input_that_is_named_twice()
    {
        // github.com/ematvey/tensorflow-seq2seq-tutorials, issue 1
        var compiled = Compile(
            """
            { "inputs": { "words": { "shape": [20], "dtype": "int64" } }, "layers": [
              { "name": "vecs", "type": "embedding", "num_embeddings": 1000, "embedding_dim": 32 },
              { "name": "forward", "type": "lstm", "inputs": ["vecs"], "hidden_size": 32 },
              { "name": "backward", "type": "lstm", "inputs": ["vecs"], "hidden_size": 32 },
              { "name": "both", "type": "concat", "inputs": ["forward", "forward"], "axis": "features" },
              { "name": "tag", "type": "linear", "out_features": 9 } ] }
            """
        );
        Assert.Equal(["train.unused_layer", "concat.repeated_input"], compiled.Report.Diagnostics.Select(found => found.Code.Name));
        Assert.All(
            compiled.Report.Diagnostics,
            found =>
            {
                Assert.Equal([FixKind.Rewire, FixKind.Drop], found.Fixes.Select(fix => fix.Kind));
                Assert.Equal(
                    """[{"op":"replace","path":"/layers/3/inputs/1","value":"backward"}]""",
                    found.Fixes[0].Patch.ToJsonString()
                );
            }
        );
    }

    [Fact]
    public void Two_linear_maps_with_a_flatten_between_are_counted_by_their_places()
    {
        var compiled = Compile(
            """
            { "inputs": { "image": { "shape": [3, 16, 16] } }, "layers": [
              { "name": "a", "type": "conv2d", "inputs": ["image"], "out_channels": 16, "kernel_size": 1, "activation": "relu" },
              { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 24, "kernel_size": 1, "activation": "relu" },
              { "name": "both", "type": "concat", "inputs": ["a", "b"] },
              { "name": "mix", "type": "conv2d", "out_channels": 8, "kernel_size": 1 }, { "type": "flatten" },
              { "name": "logits", "type": "linear", "out_features": 10 } ] }
            """
        );
        // 40 · 8 + 8 and 8 · 16 · 16 · 10 + 10; as one map 40 · 16 · 16 · 10 + 10
        var warning = Assert.Single(compiled.Report.Diagnostics);
        Assert.Contains("20,818 parameters compute what 102,410 can", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_merge_has_its_article()
    {
        var compiled = Compile(
            """{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "relu" }, { "name": "sum", "type": "add" } ] }"""
        );
        Assert.StartsWith("sum: an add of one input", Assert.Single(compiled.Report.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Tiles)]
    [InlineData(TilesInParallel)]
    [InlineData(ImageAndTable)]
    [InlineData(OneWithoutNorm)]
    [InlineData(EndsInSigmoid)]
    [InlineData(Twice)]
    [InlineData(TwiceOfThree)]
    [InlineData(Forgotten)]
    [InlineData(UnreadInput)]
    [InlineData(Tower)]
    [InlineData(TwoLinearMaps)]
    [InlineData(LinearFusion)]
    [InlineData(NearlyAllDropped)]
    [InlineData(OneBranch)]
    public void Every_fix_of_a_warning_applied_to_the_spec_as_sent_leaves_nothing_to_warn_about(string spec)
    {
        foreach (var fix in Compile(spec).Report.Diagnostics[0].Fixes)
        {
            var patched = JsonNode.Parse(spec)!;
            JsonPatch.Apply(patched, fix.Patch);
            var after = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(patched));
            Assert.Equal("valid", after.Verdict);
            Assert.True(
                after.Report.Diagnostics.Count == 0,
                $"{fix.Id}: {string.Join("; ", after.Report.Diagnostics.Select(found => found.Message))}"
            );
        }
    }

    [Fact]
    public void A_fix_that_brings_another_warning_is_offered_where_there_is_none_without()
    {
        var fix = Assert.Single(Compile(PlainDenseBlock).Report.Diagnostics[0].Fixes);
        var patched = JsonNode.Parse(PlainDenseBlock)!;
        JsonPatch.Apply(patched, fix.Patch);
        var left = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(patched)).Report.Diagnostics;
        Assert.Equal("concat.unnormalised_branch", Assert.Single(left).Code.Name); // its 1x1 convolution reads the branches before any norm
    }

    [Fact]
    public void A_fault_of_a_repetition_is_warned_about_once_and_says_how_often_it_is_there()
    {
        var compiled = Compile("""
            { "inputs": { "image": { "shape": [8, 28, 28] } }, "layers": [
              { "name": "r", "type": "repeat", "times": 3, "layers": [
                { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 1, "activation": "relu" },
                  { "name": "sum", "type": "add", "inputs": ["a", "a"] } ] } ] }
            """
        );
        Assert.Contains(
            "The same holds at 2 more repetitions of this layer.",
            Assert.Single(compiled.Report.Diagnostics).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_sibling_that_is_used_elsewhere_keeps_a_block_as_it_is()
    {
        var compiled = Compile("""
            { "inputs": { "image": { "shape": [8, 28, 28] } },
              "blocks": { "b": [ { "name": "c", "type": "conv2d", "out_channels": 8, "kernel_size": 1 } ] }, "layers": [
              { "name": "used", "type": "block", "block": "b", "inputs": ["image"] },
              { "name": "unused", "type": "block", "block": "b", "inputs": ["image"] },
              { "name": "end", "type": "relu", "inputs": ["used"] } ] }
            """);
        var warning = Assert.Single(compiled.Report.Diagnostics);
        Assert.Equal(("train.unused_layer", "unused/c"), (warning.Code.Name, warning.Layer));
        Assert.Empty(warning.Fixes);
    }

    [Fact]
    public void The_loose_layer_is_found_behind_a_sum_whose_first_input_is_the_networks()
    {
        var warning = Assert.Single(Compile("""
            { "inputs": { "image": { "shape": [8, 28, 28] } }, "layers": [
              { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 1, "norm": "batch_norm", "activation": "relu" },
              { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 1, "activation": "relu" },
              { "name": "sum", "type": "add", "inputs": ["image", "b"] },
              { "name": "both", "type": "concat", "inputs": ["a", "sum"] },
              { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
            """).Report.Diagnostics);
        Assert.Equal(["norm-b", "normalize-sum"], warning.Fixes.Select(fix => fix.Id));
    }

    [Fact]
    public void Ten_thousand_loose_ends_are_cut_to_a_list_that_says_so()
    {
        var layers = string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $$"""{ "type": "relu", "inputs": ["image"] }"""));
        var found = Compile($$"""{ "inputs": { "image": { "shape": [8, 28, 28] } }, "layers": [ {{layers}} ] }""").Report.Diagnostics;
        Assert.InRange(found.Count, 900, 1001);
        Assert.Equal(Codes.MoreFindings, found[^1].Code);
    }

    [Fact]
    public void Every_code_is_listed_once()
    {
        Assert.Equal(Compiler.Codes.Count, Compiler.Codes.Select(code => code.Name).Distinct().Count());
        Assert.All(Compiler.Codes, code => Assert.NotEmpty(code.Meaning));
        Assert.Contains(Compiler.Codes, code => code.Name == "train.unused_layer");
    }
}
