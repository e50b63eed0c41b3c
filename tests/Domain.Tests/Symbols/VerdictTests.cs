using System.Text;
using System.Text.Json;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Symbols;

/// <summary>Verdicts on specs with symbolic sizes.</summary>
public sealed class VerdictTests
{
    /// <summary>Pools a level down and comes back by doubling.</summary>
    private const string Level = """
        { "name": "skip", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1 },
        { "name": "down", "type": "max_pool2d", "kernel_size": 2 },
        { "name": "up", "type": "upsample", "scale_factor": 2 },
        { "name": "both", "type": "concat", "inputs": ["skip", "up"] }
        """;

    private static JsonElement Report(string layers, string symbols = "{}", string shape = """[1, "H", "W"]""")
    {
        var spec = $$"""{ "inputs": { "image": { "shape": {{shape}} } }, "symbols": {{symbols}}, "layers": [ {{layers}} ] }""";
        return JsonDocument.Parse(ReportWriter.Write(Compiler.Compile(Encoding.UTF8.GetBytes(spec)))).RootElement;
    }

    private static string Verdict(JsonElement report) => report.GetProperty("verdict").GetString()!;

    private static string Constraints(JsonElement report) => string.Join("; ", report.GetProperty("constraints").EnumerateArray().Select(each =>
        $"{each.GetProperty("condition")}, not {each.GetProperty("counterexample")}, {each.GetProperty("layer")}"));

    [Fact]
    public void A_level_that_is_pooled_and_doubled_needs_even_sizes()
    {
        var report = Report(Level);
        Assert.Equal("conditional", Verdict(report));
        Assert.Equal("H % 2 == 0 and H >= 2, not 3, both; W % 2 == 0 and W >= 2, not 3, both", Constraints(report));
    }
}
