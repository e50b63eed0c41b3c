using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
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

    [Fact]
    public void A_merge_without_a_name_gets_the_fixes_of_one_with()
    {
        const string Unnamed = """
            { "inputs": { "x": { "shape": [3, 32, 32] } }, "layers": [
              { "type": "conv2d", "name": "a", "inputs": ["x"], "out_channels": 8, "kernel_size": 3, "padding": 1 },
              { "type": "conv2d", "name": "b", "inputs": ["x"], "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
              { "type": "concat", "inputs": ["a", "b"] }, { "type": "relu" } ] }
            """;
        var named = Unnamed.Replace("\"concat\"", "\"concat\", \"name\": \"m\"", StringComparison.Ordinal);
        Assert.Equal(Fixes(named), Fixes(Unnamed));
        Assert.Contains("upsample-b", Fixes(Unnamed));
    }

    [Fact]
    public void A_name_by_position_that_is_referred_to_is_left_alone()
    {
        using var spec = JsonDocument.Parse(
            """
            { "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "relu" }, { "type": "tanh", "inputs": ["relu_0"] } ] }
            """
        );
        Assert.Equal(spec.RootElement.GetRawText(), StableNames.Of(spec.RootElement).GetRawText());
    }

    private static IEnumerable<string> Fixes(string spec) =>
        Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report.Diagnostics.Single().Fixes.Select(fix => fix.Id);

    private static IEnumerable<string> Names(JsonElement spec) => Compilation.Of(spec).Planned.Rows.Select(row => row.Layer.Name);
}
