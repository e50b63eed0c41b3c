using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;
using ConcatService.Fuzz;
using ConcatService.Pictures.Drawing;
using Xunit;

namespace ConcatService.Domain.Tests.Compiling;

/// <summary>Specs that mean harm: those that once did, and some hundreds more. bench/fuzz.cs runs as many as one asks for.</summary>
public sealed class HostileSpecTests
{
    private static Compilation Compile(string layers, string blocks = "{}") =>
        Compiler.Compile(
            Encoding.UTF8.GetBytes($$"""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "blocks": {{blocks}}, "layers": {{layers}} }""")
        );

    [Fact]
    public void Hundreds_of_hostile_specs_do_no_harm()
    {
        var mutator = new SpecMutator([.. Samples.Names.Select(Samples.Text)]);
        for (var seed = 1; seed <= 400; seed++)
        {
            if (FuzzResult.Of(mutator.Make(seed), everything: seed % 50 == 0).Failure is { } failure)
                Assert.Fail($"seed {seed}: {failure}");
        }
    }

    [Theory]
    [InlineData(
        """
        [ { "type": "repeat", "times": 1000000000, "layers": [ { "type": "parallel", "branches": [ [ { "type": "relu" } ], [] ] } ] } ]
        """
    )]
    [InlineData("""[ { "type": "repeat", "times": 1000000000, "layers": [ { "type": "repeat", "times": 1000000000, "layers": [] } ] } ]""")]
    [InlineData("""[ { "type": "repeat", "times": 1000000000, "layers": [ { "type": "block", "block": "empty" } ] } ]""")]
    public void A_repetition_without_end_is_too_large(string layers) =>
        Assert.Equal("spec.too_large", Assert.Single(Compile(layers, """{ "empty": [] }""").Report.Diagnostics).Code.Name);

    [Fact]
    public void What_is_too_large_is_named_beside_other_errors_and_costs_nothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Compile(
            """
            [ { "type": "relu" }, { "type": "repeat", "times": 2,
              "layers": [ { "type": "repeat", "times": 30000, "layers": [ { "type": "relu", "inputs": ["nobody"] } ] } ] } ]
            """
        ).Report.Diagnostics;
        Assert.Equal(
            [("spec.too_large", "/layers/1/layers/0"), ("spec.unknown_input", "/layers/1/layers/0/layers/0/inputs/0")],
            found.Select(each => (each.Code.Name, each.Path.ToString()))
        );
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Names_that_grow_with_every_list_they_stand_in_are_too_large()
    {
        var name = new string('a', 64);
        var layers = string.Join(", ", Enumerable.Repeat("""{ "type": "relu" }""", 10_000));
        for (var depth = 0; depth < 60; depth++)
            layers = $$"""{ "type": "repeat", "name": "{{name}}", "times": 1, "layers": [ {{layers}} ] }""";
        Assert.Equal("spec.too_large", Assert.Single(Compile($"[ {layers} ]").Report.Diagnostics).Code.Name);
    }

    [Fact]
    public void One_fault_in_a_long_repetition_is_told_a_thousand_times_at_most() =>
        Assert.Equal(
            1000,
            Compile("""[ { "type": "repeat", "times": 15000, "layers": [ { "type": "relu", "inputs": ["nobody"] } ] } ]""")
                .Report.Diagnostics.Count(each => each.Severity == Severity.Error)
        );

    [Theory]
    [InlineData("""[ { "type": "max_pool2d", "kernel_size": 0 } ]""", "spec.out_of_range")]
    [InlineData("""[ { "type": "channel_shuffle" } ]""", "spec.missing_field")]
    [InlineData(
        """[ { "type": "conv2d", "out_channels": 4, "kernel_size": 1, "norm": { "type": "group_norm", "num_groups": 0 } } ]""",
        "spec.out_of_range"
    )]
    [InlineData("""[ { "type": "attention_gate" } ]""", "spec.missing_field")]
    [InlineData("""[ { "type": "parallel", "merge": "relu", "branches": [] } ]""", "spec.out_of_range")]
    [InlineData("""[ { "type": "conv2d", "out_channels": 4, "kernel_size": 1, "activation": "attention_gate" } ]""", "spec.out_of_range")]
    public void A_layer_without_what_it_needs_has_no_shape_and_one_error(string layers, string code) =>
        Assert.Equal(code, Assert.Single(Compile(layers).Report.Diagnostics).Code.Name);

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\udc00\\ud800")]
    public void Half_of_a_surrogate_pair_is_malformed(string half) =>
        Assert.Throws<JsonException>(() => Compile($$"""[ { "type": "{{half}}" } ]"""));

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_malformed() =>
        Assert.Throws<JsonException>(() => Compiler.Compile((byte[])[.. "{ \"name\": \""u8, 0xFF, .. "\" }"u8]));

    [Fact]
    public void A_network_too_large_to_be_drawn_gets_a_picture_that_says_so() =>
        Assert.Contains(
            "too many",
            NetworkSvg.Draw(Compile($"[ {string.Join(", ", Enumerable.Repeat("""{ "type": "relu" }""", 15_000))} ]")),
            StringComparison.Ordinal
        );

    [Fact]
    public void Branches_that_differ_in_a_number_beside_a_symbol_are_explained()
    {
        var found = Assert.Single(Compiler.Compile("""
            { "inputs": { "x": { "shape": [3, 28, "W"] } }, "layers": [
              { "type": "conv2d", "name": "half", "out_channels": 8, "kernel_size": 3, "stride": [2, 1], "padding": 1 },
              { "type": "concat", "inputs": ["x", "half"] } ] }
            """u8.ToArray()).Report.Diagnostics);
        Assert.Equal("stride_difference", found.Cause!.Kind.Name);
        Assert.NotEmpty(found.Fixes);
    }

    [Fact]
    public void A_kernel_as_wide_as_a_number_can_be_is_not_tried_cell_by_cell()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Compile(
            """
            [ { "type": "conv_transpose2d", "name": "wide", "out_channels": 2, "kernel_size": 2000000000 },
              { "type": "concat", "inputs": ["x", "wide"] } ]
            """
        );
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }

    [Fact]
    public void Thousands_of_windows_on_one_branch_are_compared_in_one_pass()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var windows = string.Join(
            ", ",
            Enumerable
                .Repeat("""{ "type": "max_pool2d", "kernel_size": 5, "stride": 1, "padding": 2 }""", 2_000)
                .Append("""{ "type": "max_pool2d", "kernel_size": 5, "stride": 1 }""")
        );
        var found = Compile($$"""[ { "type": "parallel", "branches": [ [], [ {{windows}} ] ] } ]""").Report.Diagnostics;
        Assert.Equal("padding_difference", Assert.Single(found, each => each.Code.Name == "concat.shape_mismatch").Cause?.Kind.Name);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256_000_000);
    }

    [Fact]
    public void Features_that_are_joined_with_themselves_again_and_again_are_not_taken_apart_each_time()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Compile(
            """
            [ { "type": "repeat", "times": 24, "layers": [ { "type": "parallel", "branches": [ [], [] ] } ] },
              { "type": "global_avg_pool", "name": "pool" }, { "type": "conv2d", "out_channels": 8, "kernel_size": 1 } ]
            """
        ).Report.Diagnostics;
        Assert.Equal("keep-dims-pool", Assert.Single(found, each => each.Code.Name == "layer.rank").Fixes[0].Id);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    [Fact]
    public void A_field_that_is_there_twice_keeps_no_cause_from_being_found() =>
        Assert.Contains(Compiler.Compile("""
            { "name": "a", "name": "b", "inputs": { "x": { "shape": [28, 28, 3] }, "y": { "shape": [28, 14, 3] } },
              "layers": [ { "type": "concat", "inputs": ["x", "y"] } ] }
            """u8.ToArray()).Report.Diagnostics, each => each.Cause is not null);

    [Theory]
    [InlineData("""{ "type": "concat", "name": "all", "inputs": [{0}] }""", "one_branch_differs", 149)]
    [InlineData("""{ "type": "add", "name": "all", "inputs": [{0}] }""", "one_branch_differs", 149)]
    [InlineData("""{ "type": "concat", "name": "all", "axis": 0, "inputs": [{0}] }""", "wrong_axis", 149)]
    public void A_merge_too_wide_to_search_has_a_cause_and_a_fix(string merge, string cause, int left)
    {
        var inputs = string.Join(", ", Enumerable.Repeat("\"x\"", 149).Append("\"p\""));
        var layers =
            $$"""
            [ { "type": "max_pool2d", "name": "p", "kernel_size": 2 }, {{merge.Replace("{0}", inputs, StringComparison.Ordinal)}},
              { "type": "relu" } ]
            """;
        var found = Assert.Single(Compile(layers).Report.Diagnostics);
        Assert.Equal(cause, found.Cause!.Kind.Name);
        var fix = Assert.Single(found.Fixes);
        var spec = JsonNode.Parse($$"""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": {{layers}} }""")!;
        JsonPatch.Apply(spec, fix.Patch);
        Assert.False(Compiler.Compile(Encoding.UTF8.GetBytes(spec.ToJsonString())).Report.HasErrors);
        Assert.Equal(left, ((JsonArray)spec["layers"]![1]!["inputs"]!).Count);
    }

    [Fact]
    public void Every_mismatch_has_a_fix_when_there_are_more_than_can_be_searched()
    {
        var merges = string.Join(
            ", ",
            Enumerable
                .Range(0, 900)
                .Select(i =>
                    $$"""
                    { "type": "max_pool2d", "name": "p{{i}}", "inputs": ["x"], "kernel_size": 2 },
                      { "type": "add", "name": "c{{i}}", "inputs": ["x", "p{{i}}"] }
                    """
                )
        );
        var found = Compile($"[ {merges} ]").Report.Diagnostics;
        Assert.Equal(900, found.Count(each => each.Severity == Severity.Error));
        Assert.All(found, each => Assert.NotEmpty(each.Fixes));
        Assert.All(found, each => Assert.NotNull(each.Cause));
    }

    [Fact]
    public void A_list_that_was_cut_says_so()
    {
        var found = Compile(
            """
            [ { "type": "repeat", "times": 1500, "layers": [ { "type": "conv2d", "out_channels": 4, "kernel_size": 99 },
              { "type": "relu", "inputs": ["nobody"] } ] } ]
            """
        ).Report.Diagnostics;
        Assert.Equal(1001, found.Count);
        Assert.Equal(("spec.more_findings", Severity.Info), (found[^1].Code.Name, found[^1].Severity));
    }

    [Fact]
    public void A_large_network_full_of_mismatches_is_repaired_as_far_as_the_effort_goes()
    {
        var merges = string.Join(
            ", ",
            Enumerable
                .Range(0, 1000)
                .Select(i =>
                    $$"""
                    { "type": "max_pool2d", "name": "p{{i}}", "inputs": ["x"], "kernel_size": 2 },
                      { "type": "concat", "name": "c{{i}}", "inputs": ["x", "p{{i}}"] }
                    """
                )
        );
        using var document = JsonDocument.Parse($$"""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ {{merges}} ] }""");
        Assert.InRange(Repair.Of(document.RootElement).Applied.Count, 1, 100);
    }
}
