using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using ConcatService.Fuzz;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>A patched spec that is compiled from what is known says the same as one that is compiled from its text.</summary>
public sealed class PatchedSpecTests
{
    /// <summary>An encoder and a decoder with a level that is lost, a gate, a repetition and a block behind it.</summary>
    private const string UNet = """
        { "inputs": { "image": { "shape": [3, 36, 36] } },
          "blocks": { "pair": [
            { "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "norm": "batch_norm" }, { "type": "relu" } ] },
          "layers": [
            { "name": "d1", "type": "block", "block": "pair" },
            { "type": "max_pool2d", "kernel_size": 2 },
            { "name": "d2", "type": "block", "block": "pair" },
            { "name": "p2", "type": "max_pool2d", "kernel_size": 4 },
            { "name": "mid", "type": "repeat", "times": 2, "layers": [
              { "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1 } ] },
            { "name": "up", "type": "upsample", "scale": 4 },
            { "name": "join", "type": "concat", "inputs": ["up", "d2"] },
            { "name": "up1", "type": "upsample", "scale": 2 },
            { "name": "join1", "type": "concat", "inputs": ["up1", "d1"], "fuse": "se" },
            { "name": "head", "type": "conv2d", "out_channels": 1, "kernel_size": 1 } ] }
        """;

    public static TheoryData<string> Patches =>
    [
        """[{ "op": "add", "path": "/layers/3/kernel_size", "value": 2 }]""",
        """[{ "op": "add", "path": "/layers/3/ceil_mode", "value": true }, { "op": "remove", "path": "/layers/9" }]""",
        """
        [{ "op": "add", "path": "/layers/6", "value": { "name": "fit", "type": "upsample", "size": { "like": "d2" } } },
         { "op": "replace", "path": "/layers/7/inputs/0", "value": "fit" }]
        """,
        """[{ "op": "add", "path": "/layers/0", "value": { "type": "relu" } }]""",
        """
        [{ "op": "add", "path": "/layers/-", "value": { "type": "flatten" } },
         { "op": "add", "path": "/layers/10/start_axis", "value": 9 }]
        """,
        """[{ "op": "replace", "path": "/layers/4/layers/0/out_channels", "value": 7 }]""",
        """[{ "op": "replace", "path": "/layers/5", "value": { "name": "up", "type": "upsampel" } }]""",
        """
        [{ "op": "add", "path": "/layers/2", "value": { "name": "a/b", "type": "relu", "x": 1 } },
         { "op": "add", "path": "/layers/2/inputs", "value": ["nowhere"] }]
        """,
        """[{ "op": "replace", "path": "/blocks/pair/0/out_channels", "value": 12 }]""",
        """[{ "op": "replace", "path": "/inputs/image/shape", "value": [3, 32, 32] }]""",
        """[{ "op": "add", "path": "/layout", "value": "channels_last" }]""",
    ];

    [Theory]
    [MemberData(nameof(Patches))]
    public void A_patch_says_the_same_in_both_ways(string patch)
    {
        using var document = JsonDocument.Parse(UNet);
        var patched = new PatchedSpec(Compilation.Of(document.RootElement), document.RootElement);
        // What the others left behind must not show.
        foreach (string other in Patches.Select(each => each.Data).Append(patch))
            Same(document.RootElement, patched, (JsonArray)JsonNode.Parse(other)!);
    }

    [Fact]
    public void Every_fix_of_every_fault_says_the_same_in_both_ways()
    {
        var fixes = 0;
        foreach (var kernel in new[] { 1, 2, 3, 4, 5 })
        {
            foreach (var size in new[] { "32, 32", "36, 37", "\"H\", \"W\"" })
            {
                using var document = JsonDocument.Parse(
                    UNet.Replace("\"kernel_size\": 4", $"\"kernel_size\": {kernel}", StringComparison.Ordinal)
                        .Replace("36, 36", size, StringComparison.Ordinal)
                );
                var named = StableNames.Of(document.RootElement);
                var compiled = Compiler.Compile(document.RootElement);
                var patched = new PatchedSpec(compiled, named);
                foreach (var fix in compiled.Report.Diagnostics.SelectMany(found => found.Fixes))
                {
                    Same(named, patched, fix.Patch);
                    fixes++;
                }
            }
        }

        Assert.True(fixes > 30, $"{fixes} fixes");
    }

    [Fact]
    public void Every_fix_of_two_thousand_random_networks_says_the_same_in_both_ways()
    {
        var fixes = 0;
        for (var seed = 0; seed < 2_000; seed++)
            fixes += SameForAll(RandomSpec(new Random(seed)));
        Assert.True(fixes > 2_000, $"{fixes} fixes");
    }

    [Fact]
    public void Every_fix_of_hostile_specs_says_the_same_in_both_ways()
    {
        var mutator = new SpecMutator([.. Samples.Names.Select(Samples.Text)]);
        var fixes = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            try
            {
                fixes += SameForAll(mutator.Make(seed));
            }
            catch (JsonException)
            {
                // Not a spec at all.
            }
        }

        Assert.True(fixes > 50, $"{fixes} fixes");
    }

    /// <summary>All fixes of a spec by the same <see cref="PatchedSpec"/>; returns how many.</summary>
    private static int SameForAll(byte[] spec)
    {
        var compiled = Compiler.Compile(spec);
        using var document = JsonDocument.Parse(spec, SpecReader.JsonOptions);
        var named = StableNames.Of(document.RootElement);
        var patched = new PatchedSpec(compiled, named);
        var fixes = compiled.Report.Diagnostics.SelectMany(found => found.Fixes).Take(20).ToList();
        foreach (var fix in fixes)
            Same(named, patched, fix.Patch);
        return fixes.Count;
    }

    /// <summary>Ten to thirty layers in one list that read the one before, or others before; merges seldom fit.</summary>
    private static byte[] RandomSpec(Random random)
    {
        var layers = new JsonArray();
        var names = new List<string> { "image" };
        for (var count = random.Next(10, 30); layers.Count < count;)
        {
            var (name, layer) = ($"l{layers.Count}", RandomLayer(random));
            layer["name"] = name;
            var inputs = layer["type"]!.GetValue<string>() is "concat" or "add" ? 2 : random.Next(5) == 0 ? 1 : 0;
            if (inputs > 0)
                layer["inputs"] = new JsonArray([.. Enumerable.Range(0, inputs).Select(_ => (JsonNode)Before())]);
            layers.Add((JsonNode)layer);
            if (layer["type"]!.GetValue<string>() == "split")
            {
                var part = new JsonObject { ["type"] = "relu", ["name"] = $"{name}r", ["inputs"] = new JsonArray($"{name}:1") };
                layers.Add((JsonNode)part);
                name = $"{name}r";
            }

            names.Add(name);
        }

        var spec = new JsonObject { ["inputs"] = new JsonObject { ["image"] = new JsonObject { ["shape"] = new JsonArray(4, 32, 32) } } };
        spec["layers"] = layers;
        return Encoding.UTF8.GetBytes(spec.ToJsonString());

        string Before() => names[^random.Next(1, Math.Min(9, names.Count + 1))];
    }

    private static JsonObject RandomLayer(Random random)
    {
        var (stride, padding) = (random.Next(4) == 0 ? 2 : 1, random.Next(6) == 0 ? 0 : 1);
        return (JsonObject)JsonNode.Parse(random.Next(11) switch
        {
            0 => """{ "type": "relu" }""",
            1 => """{ "type": "batch_norm" }""",
            2 => """{ "type": "max_pool2d", "kernel_size": 2 }""",
            3 => """{ "type": "upsample", "scale": 2 }""",
            4 or 5 => """{ "type": "concat" }""",
            6 => """{ "type": "add" }""",
            7 => """{ "type": "split", "sections": 2 }""",
            8 => """{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "norm": "batch_norm", "activation": "relu" }""",
            _ => $$"""{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": {{stride}}, "padding": {{padding}} }""",
        })!;
    }

    private static void Same(JsonElement json, PatchedSpec patched, JsonArray patch)
    {
        using var document = JsonDocument.Parse(PatchedText.Of(json, patch), SpecReader.JsonOptions);
        var (whole, quick) = (Compilation.Of(document.RootElement), patched.Compile(patch));
        whole.Report.Close();
        quick.Report.Close();
        Assert.Equal(Encoding.UTF8.GetString(ReportWriter.Write(whole)), Encoding.UTF8.GetString(ReportWriter.Write(quick)));
        Assert.Equal(
            whole.Graph.Layers.SelectMany(layer => layer.Inputs.Select((_, i) => layer.EdgeOf(i)?.Reference?.ToString())),
            quick.Graph.Layers.SelectMany(layer => layer.Inputs.Select((_, i) => layer.EdgeOf(i)?.Reference?.ToString()))
        );
        Assert.Equal(whole.Graph.KnownAs.OrderBy(each => each.Key), quick.Graph.KnownAs.OrderBy(each => each.Key));
    }
}
