using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Fixes;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>
/// A proof patches text and a repair patches nodes: what comes out is the same, or one would prove what the other does not do.
/// </summary>
public sealed class PatchedTextTests
{
    private const string Spec =
        """{ "inputs": { "a/b": { "shape": [1, 2] }, "~": {} }, "layers": [ { "name": "é\u0041", "type": "relu" }, """
        + """{ "type": "add", "inputs": ["x", "y"] }, [] ], "empty": {} }""";

    [Theory]
    [InlineData(
        """
        [ { "op": "replace", "path": "/layers/1/inputs/1", "value": "z" },
          { "op": "add", "path": "/layers/1", "value": { "type": "pool" } } ]
        """
    )]
    [InlineData(
        """
        [ { "op": "add", "path": "/layers/1", "value": { "type": "pool" } },
          { "op": "replace", "path": "/layers/2/inputs/0", "value": "z" },
          { "op": "add", "path": "/layers/1/size", "value": { "like": "x" } } ]
        """
    )]
    [InlineData(
        """
        [ { "op": "add", "path": "/layers/-", "value": null },
          { "op": "remove", "path": "/layers/0" },
          { "op": "remove", "path": "/layers/1" } ]
        """
    )]
    [InlineData(
        """
        [ { "op": "add", "path": "/layers/0/é \"\n", "value": [1, "ü"] },
          { "op": "remove", "path": "/layers/0/type" },
          { "op": "remove", "path": "/layers/0/nothing" } ]
        """
    )]
    [InlineData(
        """
        [ { "op": "add", "path": "/inputs/a~1b/shape/2", "value": 3 },
          { "op": "replace", "path": "/inputs/~0", "value": false },
          { "op": "remove", "path": "/layers/2" } ]
        """
    )]
    [InlineData(
        """
        [ { "op": "remove", "path": "/layers/0" },
          { "op": "remove", "path": "/layers/0" },
          { "op": "remove", "path": "/layers/0" },
          { "op": "remove", "path": "/inputs/~0" },
          { "op": "add", "path": "/empty/x", "value": 1.50 } ]
        """
    )]
    public void Text_is_patched_as_nodes_are(string patch)
    {
        using var document = JsonDocument.Parse(Spec);
        var operations = JsonNode.Parse(patch)!.AsArray();
        var nodes = JsonPatch.Read(document.RootElement);
        JsonPatch.Apply(nodes, operations);
        var text = JsonNode.Parse(PatchedText.Of(document.RootElement, operations).Span);
        Assert.True(JsonNode.DeepEquals(nodes, text), Encoding.UTF8.GetString(PatchedText.Of(document.RootElement, operations).Span));
        Assert.Equal(nodes.AsObject().Select(field => field.Key), text!.AsObject().Select(field => field.Key));
    }

    [Theory]
    [InlineData("""{ "layers": [], "layers": [] }""", "/layers/0")]
    [InlineData("""{ "layers": 3 }""", "/layers/0")]
    [InlineData("""{ "layers": null }""", "/layers/0")]
    [InlineData("""{ "layers": [] }""", "/layers/1")]
    [InlineData("""{ "layers": [] }""", "/layers/1/name")]
    [InlineData("""{ }""", "/layers/1")]
    public void What_cannot_be_patched_as_nodes_cannot_be_patched_as_text(string spec, string pointer)
    {
        using var document = JsonDocument.Parse(spec);
        JsonArray patch =
        [
            new JsonObject
            {
                ["op"] = "add",
                ["path"] = pointer,
                ["value"] = 1,
            },
        ];
        Assert.True(
            Record.Exception(() => JsonPatch.Apply(JsonPatch.Read(document.RootElement), patch))
                is InvalidOperationException
                    or ArgumentException
        );
        Assert.True(Record.Exception(() => PatchedText.Of(document.RootElement, patch)) is InvalidOperationException or ArgumentException);
    }

    [Fact]
    public void Every_fix_of_a_broken_DenseNet_is_the_same_in_both_ways()
    {
        var layers = new List<string> { """{ "name": "x0", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 }""" };
        for (var i = 1; i <= 40; i++)
        {
            var stride = i == 20 ? 2 : 1;
            layers.Add(
                $$"""{ "name": "c{{i}}", "type": "conv2d", "inputs": ["x{{i - 1}}"], "out_channels": 4, "kernel_size": 3, """
                    + $$""" "padding": 1, "stride": {{stride}} }"""
            );
            layers.Add($$"""{ "name": "x{{i}}", "type": "concat", "inputs": ["x{{i - 1}}", "c{{i}}"] }""");
        }

        using var document = JsonDocument.Parse(
            $$"""{ "inputs": { "image": { "shape": [3, 32, 32] } }, "layers": [ {{string.Join(", ", layers)}} ] }"""
        );
        var fixes = Compiler.Compile(document.RootElement).Report.Diagnostics.SelectMany(found => found.Fixes).ToList();
        Assert.NotEmpty(fixes);
        foreach (var fix in fixes)
        {
            var nodes = JsonPatch.Read(document.RootElement);
            JsonPatch.Apply(nodes, fix.Patch);
            Assert.True(JsonNode.DeepEquals(nodes, JsonNode.Parse(PatchedText.Of(document.RootElement, fix.Patch).Span)), fix.Id);
        }
    }
}
