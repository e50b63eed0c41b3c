using System.Text;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Tests.Symbols;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>A fix over open sizes holds at every size that it says it holds for.</summary>
public sealed class PlainFixSizesTests
{
    private const string Embedding = """{ "type": "embedding", "num_embeddings": 10, "embedding_dim": 30 }""";

    private const string Convolution = """{ "type": "conv2d", "out_channels": 30, "kernel_size": 3 }""";

    [Theory]
    [InlineData("""["T", 40]""", "float32", """{ "type": "lstm", "hidden_size": 8 }""")]
    [InlineData("""["T", 40]""", "float32", """{ "type": "conv2d", "out_channels": 8, "kernel_size": 3 }""")]
    [InlineData("""["T", 40]""", "float32", """{ "type": "conv1d", "in_channels": 40, "out_channels": 8, "kernel_size": 3 }""")]
    [InlineData("""["T"]""", "float32", Embedding)]
    [InlineData("""["T"]""", "int64", """{ "type": "lstm", "hidden_size": 8 }""")]
    [InlineData("""["T"]""", "int64", Embedding + """, { "type": "conv1d", "out_channels": 8, "kernel_size": 5 }""")]
    [InlineData("""["T"]""", "int64", Embedding + """, { "type": "multi_head_attention", "num_heads": 8 }""")]
    [InlineData("""["T"]""", "int64", Embedding + """, { "type": "conv2d", "out_channels": 8, "kernel_size": [3, 30] }""")]
    [InlineData("""[3, "H", "W"]""", "float32", Convolution + """, { "type": "group_norm", "num_groups": 4 }""")]
    [InlineData("""[3, "H", "W"]""", "float32", Convolution + """, { "type": "multi_head_attention", "num_heads": 5 }""")]
    [InlineData("""[3, "H", 20]""", "float32", Convolution + """, { "type": "conv1d", "out_channels": 3, "kernel_size": 3 }""")]
    [InlineData("""["H", "W"]""", "float32", Convolution)]
    [InlineData("""["H", "W", 3]""", "float32", Convolution)]
    public void A_fix_holds_at_every_size_that_it_names(string shape, string dtype, string layers)
    {
        var spec = JsonNode.Parse($$"""{ "inputs": { "x": { "shape": {{shape}}, "dtype": "{{dtype}}" } }, "layers": [ {{layers}} ] }""")!;
        var found = Compile(spec).First(each => each.Severity == Severity.Error);
        Assert.NotEmpty(found.Fixes);
        foreach (var fix in found.Fixes)
        {
            var patched = spec.DeepClone();
            JsonPatch.Apply(patched, fix.Patch);
            for (var size = 1; size < 70; size++)
            {
                if (fix.HoldsFor.All(each => ConditionText.Holds(each.Value, each.Key, size)))
                    Assert.DoesNotContain(Compile(Bound(patched, size)), each => each.Severity <= Severity.Condition);
            }
        }
    }

    private static JsonNode Bound(JsonNode spec, int size)
    {
        var bound = spec.DeepClone();
        var shape = bound["inputs"]!["x"]!["shape"]!.AsArray();
        for (var i = 0; i < shape.Count; i++)
        {
            if (shape[i]!.GetValueKind() == System.Text.Json.JsonValueKind.String)
                shape[i] = size;
        }

        return bound;
    }

    private static IReadOnlyList<Diagnostic> Compile(JsonNode spec) =>
        Compiler.Compile(Encoding.UTF8.GetBytes(spec.ToJsonString())).Report.Diagnostics;
}
