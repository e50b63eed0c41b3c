using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Studies;
using Xunit;

namespace ConcatService.Domain.Tests.Studies;

/// <summary>The variants of a spec: each is a patch, and compiles.</summary>
public sealed class StudyPatchTests
{
    private const string TwoInputs = """
        { "inputs": { "left": { "shape": [1, 8, 8] }, "right": { "shape": [1, 8, 8] } }, "layers": [
            { "name": "a", "type": "conv2d", "inputs": ["left"], "out_channels": 4, "kernel_size": 3, "padding": 1, "activation": "relu" },
            { "name": "b", "type": "conv2d", "inputs": ["right"], "out_channels": 8, "kernel_size": 3, "padding": 1 },
            { "type": "relu" },
            { "name": "b2", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
            { "name": "merge", "type": "concat", "inputs": ["a", "b2"] },
            { "type": "global_avg_pool" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    private const string Parallel = """
        { "inputs": { "image": { "shape": [4, 8, 8] } }, "layers": [
            { "name": "mix", "type": "parallel", "branches": [ [],
                [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 } ] ] },
            { "type": "global_avg_pool" }, { "type": "linear", "out_features": 10 } ] }
        """;

    [Fact]
    public void A_merge_is_found_with_its_branches()
    {
        var merge = Assert.Single(MergesOf(TwoInputs));
        Assert.Equal(("merge", "/layers/4", false), (merge.Name, merge.Pointer, merge.IsParallel));
        Assert.Equal(["a", "b2"], merge.Branches);
        Assert.Equal(["branch0", "branch1"], Assert.Single(MergesOf(Parallel)).Branches);
    }

    [Theory]
    [InlineData(TwoInputs)]
    [InlineData(Parallel)]
    public void Every_way_to_fuse_is_a_patch_that_compiles(string spec)
    {
        var json = JsonElement.Parse(spec);
        foreach (var fuse in StudyPatch.Fusions)
        {
            var patched = StudyPatch.Apply(json, StudyPatch.Fuse(JsonNode.Parse(spec)!, MergesOf(spec), fuse));
            Assert.True(Compilation.Of(patched).Verdict == "valid", fuse);
            Assert.Contains($"\"fuse\":\"{fuse}\"", patched.GetRawText());
        }
    }

    [Fact]
    public void A_branch_alone_takes_the_others_layers_and_inputs_with_it()
    {
        var json = JsonElement.Parse(TwoInputs);
        var left = StudyPatch.Apply(json, StudyPatch.Keep(json, MergesOf(TwoInputs), "only:a")!);
        Assert.Equal("left", Assert.Single(left.GetProperty("inputs").EnumerateObject()).Name);
        Assert.Equal(
            ["conv2d", "concat", "global_avg_pool", "linear"],
            left.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("type").GetString())
        );
        Assert.Equal("valid", Compilation.Of(left).Verdict);

        var right = StudyPatch.Apply(json, StudyPatch.Keep(json, MergesOf(TwoInputs), "only:b2")!);
        Assert.Equal(6, right.GetProperty("layers").GetArrayLength());
        Assert.Equal("valid", Compilation.Of(right).Verdict);
        Assert.Null(StudyPatch.Keep(json, MergesOf(TwoInputs), "only:c"));
    }

    [Fact]
    public void A_branch_of_a_parallel_alone_is_a_parallel_of_one()
    {
        var json = JsonElement.Parse(Parallel);
        var kept = StudyPatch.Apply(json, StudyPatch.Keep(json, MergesOf(Parallel), "only:branch1")!);
        Assert.Equal(1, kept.GetProperty("layers")[0].GetProperty("branches").GetArrayLength());
        Assert.Equal("valid", Compilation.Of(kept).Verdict);
    }

    [Theory]
    [InlineData("""[{ "op": "move", "path": "/layers/0", "from": "/layers/1" }]""", "op add, remove or replace")]
    [InlineData("""[{ "op": "add" }]""", "op add, remove or replace")]
    [InlineData("""[1]""", "op add, remove or replace")]
    [InlineData("""[{ "op": "replace", "path": "/layers/77/x", "value": 1 }]""", "leads nowhere")]
    [InlineData("""[{ "op": "replace", "path": "/layers/x", "value": 1 }]""", "leads nowhere")]
    [InlineData("""[{ "op": "add", "path": "/layers/0/type/deeper", "value": 1 }]""", "leads nowhere")]
    public void A_patch_that_cannot_be_applied_is_told(string patch, string why) =>
        Assert.Contains(
            why,
            Assert.Throws<StudyException>(() => StudyPatch.Apply(JsonElement.Parse(TwoInputs), JsonNode.Parse(patch)!.AsArray())).Message
        );

    private static IReadOnlyList<StudyMerge> MergesOf(string spec) => StudyMerge.Of(Compilation.Of(JsonElement.Parse(spec)).Graph);
}
