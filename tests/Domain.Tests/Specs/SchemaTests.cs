using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Specs;
using Xunit;

namespace ConcatService.Domain.Tests.Specs;

public sealed class SchemaTests
{
    private static readonly SchemaValidator Schema = new(JsonDocument.Parse(SchemaWriter.Utf8).RootElement);

    public static TheoryData<string> AllSamples => new(Samples.Names);

    private static string? Fault(string spec) => Schema.Fault(JsonDocument.Parse(spec).RootElement);

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void Every_sample_fits_the_schema(string sample) => Assert.Null(Fault(Samples.Text(sample)));

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{ "layers": [] }""")]
    [InlineData("""{ "inputs": {}, "layers": [], "leyers": 1 }""")]
    [InlineData("""{ "inputs": { "a b": { "shape": [1] } }, "layers": [] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [0] } }, "layers": [] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [] } }, "layers": [] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [3], "dtype": "float16" } }, "layers": [] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "conv2" } ] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "conv2d", "out_channels": 8 } ] }""")]
    [InlineData(
        """{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_siez": 3 } ] }"""
    )]
    [InlineData(
        """{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "conv2d", "out_channels": 0, "kernel_size": 3 } ] }"""
    )]
    [InlineData(
        """
        { "inputs": { "x": { "shape": [3, 8, 8] } },
          "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "sam" } ] }
        """
    )]
    [InlineData(
        """
        { "inputs": { "x": { "shape": [3, 8, 8] } },
          "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3, "activation": "rely" } ] }
        """
    )]
    [InlineData("""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "relu", "activation": "relu" } ] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "dropout", "p": 2 } ] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "parallel" } ] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "repeat", "times": 0, "layers": [] } ] }""")]
    [InlineData("""{ "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "relu", "inputs": ["x", "x"] } ] }""")]
    public void A_broken_spec_does_not_fit_and_does_not_compile(string spec)
    {
        Assert.NotNull(Fault(spec));
        if (spec[0] == '{')
            Assert.Equal("invalid", Compiler.Compile(System.Text.Encoding.UTF8.GetBytes(spec)).Verdict);
    }

    [Fact]
    public void Attributes_carry_their_documentation_their_range_and_their_default()
    {
        using var schema = JsonDocument.Parse(SchemaWriter.Utf8);
        var layers = schema.RootElement.GetProperty("$defs").GetProperty("lstm").GetProperty("properties").GetProperty("num_layers");
        Assert.Equal(1, layers.GetProperty("minimum").GetInt32());
        Assert.Equal(1, layers.GetProperty("default").GetInt32());
        Assert.StartsWith("Number of stacked layers.", layers.GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_layer_type_is_listed_with_its_documentation_and_attributes()
    {
        using var list = JsonDocument.Parse(OperatorList.Utf8);
        var entries = list.RootElement.GetProperty("data").EnumerateArray().ToList();
        Assert.All(
            entries,
            entry =>
                Assert.False(string.IsNullOrEmpty(entry.GetProperty("summary").GetString()), $"{entry.GetProperty("type")} has no summary")
        );
        Assert.All(
            entries,
            entry =>
                Assert.False(
                    string.IsNullOrEmpty(entry.GetProperty("details").GetString()),
                    $"{entry.GetProperty("type")} does not tell shapes and sources"
                )
        );
        Assert.All(
            entries.SelectMany(entry => entry.GetProperty("attributes").EnumerateArray()),
            attribute =>
                Assert.False(
                    string.IsNullOrEmpty(attribute.GetProperty("description").GetString()),
                    $"{attribute.GetProperty("name")} has no description"
                )
        );
    }
}
