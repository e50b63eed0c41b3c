using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
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

    private static string Constraints(JsonElement report) =>
        string.Join(
            "; ",
            report
                .GetProperty("constraints")
                .EnumerateArray()
                .Select(each => $"{each.GetProperty("condition")}, not {each.GetProperty("counterexample")}, {each.GetProperty("layer")}")
        );

    [Fact]
    public void A_level_that_is_pooled_and_doubled_needs_even_sizes()
    {
        var report = Report(Level);
        Assert.Equal("conditional", Verdict(report));
        Assert.Equal("H % 2 == 0 and H >= 2, not 3, both; W % 2 == 0 and W >= 2, not 3, both", Constraints(report));
    }

    [Theory]
    [InlineData("""{ "H": { "multiple_of": 32 }, "W": { "multiple_of": 2, "max": 640 } }""")]
    [InlineData("""{ "H": { "min": 128, "max": 128 }, "W": { "min": 64, "max": 64 } }""")]
    public void A_promise_that_implies_the_condition_makes_it_valid(string symbols)
    {
        var report = Report(Level, symbols);
        Assert.Equal("valid", Verdict(report));
        Assert.Equal("", Constraints(report));
    }

    [Fact]
    public void A_promise_that_implies_a_part_leaves_the_rest()
    {
        var report = Report(Level, """{ "H": { "multiple_of": 3, "min": 10, "max": 100 }, "W": { "multiple_of": 2 } }""");
        Assert.Equal("conditional", Verdict(report));
        Assert.Equal("H % 6 == 0 and H >= 12 and H <= 100, not 15, both", Constraints(report));
    }

    [Theory]
    [InlineData("""{ "H": { "min": 7, "max": 7 } }""", "concat.shape_mismatch")]
    [InlineData("""{ "H": { "min": 7, "max": 6 } }""", "spec.out_of_range")]
    [InlineData("""{ "H": { "multiple_of": 100, "max": 99 } }""", "spec.out_of_range")]
    [InlineData("""{ "h": { "multiple_of": 2 } }""", "spec.unknown_field")]
    public void Where_no_size_is_left_the_verdict_is_invalid(string symbols, string code)
    {
        var report = Report(Level, symbols);
        Assert.Equal("invalid", Verdict(report));
        Assert.Contains(code, Codes(report, "error"));
    }

    [Fact]
    public void A_condition_stands_at_the_merge_with_its_cause_and_a_fix_that_lifts_it_comes_first()
    {
        var found = Report(Level)
            .GetProperty("diagnostics")
            .EnumerateArray()
            .First(each => each.GetProperty("severity").GetString() == "condition");
        Assert.Equal("both", found.GetProperty("layer").GetString());
        Assert.Equal("odd_size_rounding", found.GetProperty("cause").GetProperty("kind").GetString());
        Assert.Equal("down", found.GetProperty("cause").GetProperty("layer").GetString());
        var fixes = found.GetProperty("fixes").EnumerateArray().Select(fix => fix.GetProperty("id").GetString()).ToList();
        Assert.Equal("upsample-like-skip", fixes[0]);
        Assert.Equal("promise-h-w", fixes[^1]);
    }

    [Fact]
    public void Every_fix_of_a_condition_lifts_it()
    {
        var spec = $$"""{ "inputs": { "image": { "shape": [1, "H", "W"] } }, "layers": [ {{Level}} ] }""";
        foreach (
            var fix in Compiler
                .Compile(Encoding.UTF8.GetBytes(spec))
                .Report.Diagnostics.First(each => each.Severity == Severity.Condition)
                .Fixes
        )
        {
            var patched = JsonNode.Parse(spec)!;
            JsonPatch.Apply(patched, fix.Patch);
            var after = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(patched));
            Assert.True(after.Report.Diagnostics.All(each => each.Severity > Severity.Condition || each.Layer == "down"), fix.Id);
            Assert.Contains(after.Verdict, (string[])["valid", "conditional"]);
        }
    }

    [Fact]
    public void A_repair_lifts_what_it_can_and_promises_the_rest()
    {
        using var spec = JsonDocument.Parse($$"""{ "inputs": { "image": { "shape": [1, "H", "W"] } }, "layers": [ {{Level}} ] }""");
        var repair = Repair.Of(spec.RootElement);
        Assert.Equal(["upsample-like-skip", "promise-h-w"], repair.Applied.Select(applied => applied.Fix.Id));
        Assert.Equal("valid", repair.Result.Verdict);
    }

    [Theory]
    [InlineData(
        """[1, "H", "W"]""",
        """
        { "name": "turned", "type": "permute", "dims": [0, 1, 3, 2] }, { "name": "both", "type": "concat", "inputs": ["image", "turned"] }
        """,
        "W == H, not 2, both"
    )]
    [InlineData(
        """[1, "H", "W"]""",
        """
        { "name": "wide", "type": "upsample", "scale_factor": [1, 2] }, { "name": "turned", "type": "permute", "dims": [0, 1, 3, 2] },
          { "name": "both", "type": "concat", "inputs": ["wide", "turned"] }
        """,
        "H == 2 * W, not 3, both"
    )]
    public void Two_symbols_may_have_to_be_equal(string shape, string layers, string constraints)
    {
        var report = Report(layers, shape: shape);
        Assert.Equal(constraints, Constraints(report));
    }

    [Fact]
    public void What_is_not_decided_is_said_and_one_symbol_for_both_is_offered()
    {
        var report = Report("""
            { "name": "a", "type": "max_pool2d", "inputs": ["image"], "kernel_size": 2 },
            { "name": "b", "type": "max_pool2d", "inputs": ["depth"], "kernel_size": 2 },
            { "name": "both", "type": "concat", "inputs": ["a", "b"] }
            """, shape: """[1, "H", "W"] }, "depth": { "shape": [1, "A", "B"]""");
        Assert.Equal("invalid", Verdict(report));
        var found = report.GetProperty("diagnostics").EnumerateArray().First(each => each.GetProperty("layer").GetString() == "both");
        Assert.Equal("symbol_unprovable", found.GetProperty("cause").GetProperty("kind").GetString());
        Assert.Equal("one-symbol-a-b", found.GetProperty("fixes")[0].GetProperty("id").GetString());
    }

    [Fact]
    public void The_smallest_size_is_told_once_at_the_layer_that_needs_it()
    {
        var report = Report(
            """
            { "type": "max_pool2d", "kernel_size": 2 }, { "name": "conv", "type": "conv2d", "out_channels": 2, "kernel_size": 5 },
              { "name": "last", "type": "max_pool2d", "kernel_size": 3 }
            """
        );
        Assert.Equal(
            ["layer.size_below_one last"],
            report.GetProperty("diagnostics").EnumerateArray().Select(each => $"{each.GetProperty("code")} {each.GetProperty("layer")}")
        );
        Assert.Equal("H >= 14, not , last; W >= 14, not , last", Constraints(report));
    }

    [Fact]
    public void A_size_that_comes_out_as_another_is_warned_about()
    {
        var report = Report(
            """
            { "name": "down", "type": "conv2d", "out_channels": 2, "kernel_size": 3, "stride": 2, "padding": 1 },
              { "name": "up", "type": "upsample", "scale_factor": 2 }
            """
        );
        Assert.Equal("valid", Verdict(report));
        var found = report
            .GetProperty("diagnostics")
            .EnumerateArray()
            .Single(each => each.GetProperty("code").GetString() == "train.output_size");
        Assert.Contains("65 is accepted and comes out as 66", found.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            "train.output_size",
            Codes(
                Report(
                    """
                    { "type": "conv2d", "out_channels": 2, "kernel_size": 3, "stride": 2, "padding": 1 },
                      { "type": "upsample", "scale_factor": 2 }
                    """,
                    shape: "[1, 127, 128]"
                ),
                "warning"
            )
        );
    }

    private static List<string> Codes(JsonElement report, string severity) =>
        [
            .. report
                .GetProperty("diagnostics")
                .EnumerateArray()
                .Where(each => each.GetProperty("severity").GetString() == severity)
                .Select(each => each.GetProperty("code").GetString()!),
        ];
}
