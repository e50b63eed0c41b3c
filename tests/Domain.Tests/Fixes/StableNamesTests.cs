using System.Text.Json;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

public sealed class StableNamesTests
{
    [Theory]
    [InlineData("""{ "type": "relu" }, { "type": "relu" }, { "name": "relu_0", "type": "sigmoid" }, { "type": "relu" }""")]
    [InlineData("""{ "type": "repeat", "times": 2, "layers": [ { "type": "relu" }, { "type": "tanh" } ] }, { "type": "relu" }""")]
    [InlineData("""{ "type": "parallel", "branches": [ [], [ { "type": "relu" }, { "name": "a", "type": "tanh" } ] ] }""")]
    [InlineData("""{ "type": "block", "block": "b" }, { "name": "c", "type": "block", "block": "b", "with": { "d": { "p": 0.1 } } }""")]
    public void Every_layer_says_the_name_that_it_has(string layers)
    {
        using var spec = JsonDocument.Parse(
            $$"""
            { "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ {{layers}} ],
              "blocks": { "b": [ { "name": "d", "type": "dropout" }, { "type": "relu" } ] } }
            """
        );
        var named = StableNames.Of(spec.RootElement);
        Assert.Equal(Names(spec.RootElement), Names(named));
        Assert.DoesNotContain(named.GetProperty("layers").EnumerateArray(), layer => !layer.TryGetProperty("name", out _));
    }

    private static IEnumerable<string> Names(JsonElement spec) => Compilation.Of(spec).Planned.Rows.Select(row => row.Layer.Name);
}
