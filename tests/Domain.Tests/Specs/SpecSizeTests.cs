using System.Text.Json;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using Xunit;

namespace ConcatService.Domain.Tests.Specs;

/// <summary>What a spec will come to, told before it is read.</summary>
public sealed class SpecSizeTests
{
    private const string Conv = """{ "type": "conv2d", "out_channels": 8, "kernel_size": 1 }""";

    [Theory]
    [InlineData("""[{ "type": "repeat", "times": 19000, "layers": [CONV] }]""", 19_001)]
    [InlineData("""[{ "type": "repeat", "times": 10, "layers": [CONV, { "type": "repeat", "times": 5, "layers": [CONV, CONV] }] }]""", 121)]
    [InlineData("""[{ "type": "\u0072epeat", "\u0074imes": 7000, "layers": [CONV] }]""", 7_001)]
    [InlineData("""[{ "type": "repeat", "times": 3, "layers": [{ "type": "parallel", "branches": [[CONV], [CONV, CONV]] }] }]""", 13)]
    [InlineData("""[{ "type": "block", "block": "four" }, { "type": "block", "block": "four" }]""", 44)]
    [InlineData("""[{ "type": "block", "block": "itself" }]""", 2)]
    [InlineData("""[{ "type": "block", "block": "nowhere" }, { "type": "repeat", "times": -1, "layers": [CONV] }]""", 2)]
    [InlineData("""[{ "type": "repeat", "times": 1e300, "layers": [CONV] }, null, "relu"]""", 4)]
    [InlineData("""{ "times": 5 }""", 0)]
    public void Repetitions_and_blocks_count_as_often_as_they_are_there(string layers, long size)
    {
        using var spec = JsonDocument.Parse(
            $$"""
            { "inputs": { "image": { "shape": [3, 8, 8] } },
              "blocks": {
                "two": [CONV, CONV],
                "four": [{ "type": "repeat", "times": 2, "layers": [{ "type": "block", "block": "two" }, CONV, CONV] }, CONV, CONV, CONV,
                         CONV, CONV, CONV, CONV, CONV, CONV, CONV],
                "itself": [{ "type": "block", "block": "itself" }] },
              "layers": {{layers}} }
            """.Replace("CONV", Conv, StringComparison.Ordinal)
        );
        Assert.Equal(size, SpecSize.Of(spec.RootElement));
    }

    [Fact]
    public void What_does_not_end_is_as_large_as_can_be()
    {
        var layers = Enumerable
            .Range(0, 60)
            .Aggregate(Conv, (inside, _) => $$"""{ "type": "repeat", "times": 9, "layers": [{{inside}}] }""");
        using var spec = JsonDocument.Parse($$"""{ "layers": [{{layers}}] }""", SpecReader.JsonOptions);
        Assert.Equal(long.MaxValue, SpecSize.Of(spec.RootElement));
    }

    [Fact]
    public void Networks_of_the_gallery_are_told_from_large_ones()
    {
        foreach (var name in Samples.Names)
        {
            using var spec = JsonDocument.Parse(Samples.Text(name), SpecReader.JsonOptions);
            Assert.InRange(SpecSize.Of(spec.RootElement), 1, 3_000);
            Assert.InRange(Compilation.Of(spec.RootElement).Graph.Layers.Count, 1, 3_000);
        }
    }

    [Fact]
    public void Layers_that_are_written_out_are_counted_where_they_are_many()
    {
        using var spec = JsonDocument.Parse($$"""{ "layers": [{{string.Join(',', Enumerable.Repeat(Conv, 5_000))}}] }""");
        Assert.Equal(5_000, SpecSize.Of(spec.RootElement));
    }

    [Fact]
    public void What_is_no_spec_comes_to_nothing()
    {
        using var list = JsonDocument.Parse("[]");
        using var empty = JsonDocument.Parse("{}");
        Assert.Equal((0, 0), (SpecSize.Of(list.RootElement), SpecSize.Of(empty.RootElement)));
    }
}
