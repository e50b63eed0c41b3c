using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Telemetry;
using Xunit;

namespace ConcatService.Domain.Tests.Telemetry;

public sealed class ConcatNodeTests
{
    [Fact]
    public void Branches_have_the_names_of_the_spec_and_the_consumer_is_found_behind_what_keeps_channels_apart()
    {
        var node = Assert.Single(ConcatNode.Of(PlanOf("""
            { "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [
                { "name": "a", "type": "conv2d", "out_channels": 4, "kernel_size": 1 },
                { "name": "both", "type": "concat", "inputs": ["a", "x", "a"] },
                { "type": "batch_norm" }, { "type": "relu" }, { "type": "max_pool2d", "kernel_size": 2 }, { "type": "flatten" },
                { "name": "head", "type": "linear", "out_features": 2 } ] }
            """)));

        Assert.Equal([("a", 0, 4), ("x", 4, 3), ("a#2", 7, 4)], node.Branches.Select(branch => (branch.Name, branch.Offset, branch.Width)));
        Assert.Equal(("head", 16, 1), (node.Consumer!.Layer.Name, node.Consumer.NumbersPerChannel, node.Axis));
    }

    [Fact]
    public void Channels_that_are_mixed_have_no_consumer()
    {
        var node = Assert.Single(ConcatNode.Of(PlanOf("""
            { "inputs": { "x": { "shape": [4, 8, 8] } }, "layers": [
                { "name": "both", "type": "concat", "inputs": ["x", "x"] }, { "type": "channel_shuffle", "groups": 2 },
                { "type": "conv2d", "out_channels": 2, "kernel_size": 1 } ] }
            """)));

        Assert.Null(node.Consumer);
    }

    [Theory]
    [InlineData("deep", "merge", "deep")]
    [InlineData("before", "merge", "deep")]
    [InlineData("stem", null, null)]
    [InlineData("head", null, null)]
    public void A_layer_is_part_of_the_branch_by_which_alone_it_reaches_a_concat(string layer, string? concat, string? branch)
    {
        var place = ConcatNode.PlaceOf(PlanOf("""
            { "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [
                { "name": "stem", "type": "conv2d", "out_channels": 4, "kernel_size": 1 },
                { "name": "before", "type": "conv2d", "out_channels": 4, "kernel_size": 1 },
                { "name": "deep", "type": "relu" },
                { "name": "merge", "type": "concat", "inputs": ["stem", "deep"] },
                { "name": "head", "type": "conv2d", "out_channels": 2, "kernel_size": 1 } ] }
            """), layer);

        Assert.Equal((concat, branch), (place?.Concat, place?.Branch));
    }

    [Fact]
    public void A_huge_network_has_no_more_series_than_a_store_bears()
    {
        var layers = string.Join(
            ", ",
            Enumerable
                .Range(0, 900)
                .Select(i =>
                    $$"""
                    { "name": "c{{i}}", "type": "conv2d", "inputs": ["{{(i == 0 ? "x" : $"m{i - 1}")}}"], "out_channels": 2,
                      "kernel_size": 1 }, { "name": "m{{i}}", "type": "concat", "inputs": ["c{{i}}", "c{{i}}"] }
                    """
                )
        );

        var nodes = ConcatNode.Of(PlanOf($$"""{ "inputs": { "x": { "shape": [3, 4, 4] } }, "layers": [ {{layers}} ] }"""));

        Assert.InRange(nodes.Sum(node => node.Branches.Count), ConcatNode.MostBranches / 2, ConcatNode.MostBranches);
        Assert.Equal(("m0", true), (nodes[0].Name, string.CompareOrdinal(nodes[^1].Name, "m85") > 0));
    }

    [Fact]
    public void Sums_and_products_of_branches_are_watched_and_what_is_skipped_is_told_apart()
    {
        var nodes = ConcatNode.Of(PlanOf("""
            { "inputs": { "x": { "shape": [4, 8, 8] } }, "layers": [
                { "name": "a", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 1 },
                { "name": "b", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 1 },
                { "name": "sum", "type": "add", "inputs": ["a", "b"] },
                { "name": "skip", "type": "add", "inputs": ["sum", "a"] },
                { "name": "gate", "type": "conv2d", "inputs": ["b"], "out_channels": 1, "kernel_size": 1, "activation": "sigmoid" },
                { "name": "gated", "type": "multiply", "inputs": ["a", "gate"] },
                { "name": "both", "type": "concat", "inputs": ["skip", "gated"] },
                { "name": "head", "type": "conv2d", "out_channels": 2, "kernel_size": 1 } ] }
            """));

        Assert.Equal(
            [("sum", "sum", false), ("skip", "skip", true), ("gated", "gated", true), ("both", "head", false)],
            nodes.Select(node => (node.Name, node.Weighing, node.JudgesDeathOnly))
        );
        Assert.Equal([("a", 4), ("gate", 1)], nodes[2].Branches.Select(branch => (branch.Name, branch.Width)));
    }

    [Fact]
    public void The_inside_of_an_attention_layer_is_no_merge_and_that_of_a_fusion_without_a_concat_is_one()
    {
        const string spec = """
            { "inputs": { "x": { "shape": [8, 8, 8] } }, "layers": [
                { "name": "a", "type": "conv2d", "inputs": ["x"], "out_channels": 8, "kernel_size": 1 },
                { "name": "b", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 3, "padding": 1 },
                { "name": "both", "type": "concat", "inputs": ["a", "b"], "fuse": "FUSE" },
                { "name": "attend", "type": "cbam", "reduction": 2 }, { "type": "squeeze_excitation", "reduction": 2 } ] }
            """;
        string[] Names(string fuse) =>
            [.. ConcatNode.Of(PlanOf(spec.Replace("FUSE", fuse, StringComparison.Ordinal))).Where(IsOfFusion).Select(node => node.Name)];
        static bool IsOfFusion(ConcatNode node) => !node.Joins || node.Name.StartsWith("both", StringComparison.Ordinal);

        Assert.Equal(["both/sum"], Names("aff"));
        Assert.Equal(["both/concat"], Names("gmu"));
        Assert.Equal(["both/concat", "both"], Names("gate"));
    }

    private static Plan PlanOf(string spec) => Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!;
}
