using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using Xunit;

namespace ConcatService.Domain.Tests.Specs;

/// <summary>A layer says where it came from, and what is found of it says so too.</summary>
public sealed class SourceTests
{
    private const string Mismatch = """
        { "inputs": { "x": { "shape": [3, 28, 28] } }, "layers": [
          { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "source": { "line": 8 } },
          { "name": "fine", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "source": { "line": 9 } },
          { "name": "low", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2,
            "source": { "file": "net.py", "line": 10, "column": 5, "end_line": 10, "end_column": 30, "text": "self.low(x)" } },
          { "name": "coarse", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1 },
          { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"], "source": { "file": "net.py", "line": 11 }, "metadata": [] }
        ] }
        """;

    private static Compilation Compile(string spec) => Compiler.Compile(Encoding.UTF8.GetBytes(spec));

    [Fact]
    public void A_finding_and_its_cause_carry_the_source_of_their_layers()
    {
        var compiled = Compile(Mismatch);
        var found = Assert.Single(compiled.Report.Diagnostics);
        Assert.Equal("net.py 11", $"{found.Source?.File} {found.Source?.Line}");
        Assert.Equal("low 10 self.low(x)", $"{found.Cause!.Layer} {found.Cause.Source?.Line} {found.Cause.Source?.Text}");

        using var report = JsonDocument.Parse(ReportWriter.Write(compiled));
        var written = report.RootElement.GetProperty("diagnostics")[0];
        Assert.Equal("""{"file":"net.py","line":11}""", written.GetProperty("source").GetRawText());
        Assert.Equal(
            """{"file":"net.py","line":10,"column":5,"end_line":10,"end_column":30,"text":"self.low(x)"}""",
            written.GetProperty("cause").GetProperty("source").GetRawText()
        );
    }

    [Fact]
    public void A_layer_without_a_source_has_none_in_the_report()
    {
        var compiled = Compile(Mismatch.Replace(""", "source": { "file": "net.py", "line": 11 }""", "", StringComparison.Ordinal));
        using var report = JsonDocument.Parse(ReportWriter.Write(compiled));
        Assert.False(report.RootElement.GetProperty("diagnostics")[0].TryGetProperty("source", out _));
    }

    [Fact]
    public void A_fault_of_form_carries_the_source_of_the_layer_it_is_in()
    {
        var found = Compile(
            """
            { "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [
              { "type": "repeat", "times": 2, "source": { "line": 3 },
                "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_siez": 3 } ] }
            ] }
            """
        ).Report.Diagnostics[0];
        Assert.Equal("/layers/0/layers/0/kernel_siez 3", $"{found.Path} {found.Source?.Line}");
    }

    [Fact]
    public void A_layer_of_a_block_has_the_source_of_the_use_of_the_block()
    {
        var found = Assert.Single(
            Compile(
                """
                { "inputs": { "x": { "shape": [3, 8, 8] } },
                  "blocks": { "b": [ { "type": "max_pool2d", "kernel_size": 5 } ] },
                  "layers": [
                    { "type": "block", "block": "b", "source": { "file": "y.yaml", "line": 1 } },
                    { "type": "block", "block": "b", "source": { "file": "y.yaml", "line": 2 } } ] }
                """
            ).Report.Diagnostics
        );
        Assert.Equal("layer.size_below_one 2", $"{found.Code} {found.Source?.Line}");
    }

    [Theory]
    [InlineData("""{ "file": 3 }""", "spec.wrong_type /layers/0/source/file")]
    [InlineData("""{ "line": 0 }""", "spec.out_of_range /layers/0/source/line")]
    [InlineData("""{ "lines": 1 }""", "spec.unknown_field /layers/0/source/lines")]
    [InlineData("""7""", "spec.wrong_type /layers/0/source")]
    public void A_source_of_another_form_is_an_error(string source, string expected)
    {
        var spec = $$"""{ "inputs": { "x": { "shape": [3] } }, "layers": [ { "type": "relu", "source": {{source}} } ] }""";
        var found = Assert.Single(Compile(spec).Report.Diagnostics);
        Assert.Equal(expected, $"{found.Code.Name} {found.Path}");
    }

    [Fact]
    public void A_text_of_more_than_200_characters_is_refused()
    {
        var (longest, longer) = (new string('x', 200), new string('x', 201));
        Assert.Empty(Of(longest));
        Assert.Equal(["spec.out_of_range"], Of(longer));

        static IEnumerable<string> Of(string text) =>
            Compile(
                $$"""{ "inputs": { "x": { "shape": [3] } }, "layers": [ { "type": "relu", "source": { "text": "{{text}}" } } ] }"""
            ).Report.Diagnostics.Select(found => found.Code.Name);
    }

    [Fact]
    public void Sources_and_metadata_of_layers_do_not_count_for_the_hash_and_other_fields_of_that_name_do()
    {
        const string Plain = """
            { "inputs": { "source": { "shape": [3] } }, "blocks": { "metadata": [ { "type": "relu" } ] }, "layers": [
              { "type": "parallel", "branches": [ [], [ { "type": "tanh" } ] ] }, { "type": "block", "block": "metadata" } ] }
            """;
        const string Annotated = """
            { "inputs": { "source": { "shape": [3] } }, "blocks": { "metadata": [ { "type": "relu", "metadata": { "a": 1, "a": 2 } } ] },
              "layers": [
                { "type": "parallel", "branches": [ [], [ { "type": "tanh", "source": { "line": 1 } } ] ], "source": { "line": 2 } },
                { "type": "block", "block": "metadata", "metadata": null } ] }
            """;
        var hash = Hash(Plain);
        Assert.Equal(hash, Hash(Annotated));
        Assert.NotEqual(hash, Hash(Plain.Replace("[3]", "[4]", StringComparison.Ordinal)));
        Assert.NotEqual(hash, Hash(Plain.Replace("relu", "selu", StringComparison.Ordinal)));
        Assert.Equal("valid", Compile(Annotated).Verdict);

        static string Hash(string spec)
        {
            using var json = JsonDocument.Parse(spec);
            return SpecHash.Of(json.RootElement);
        }
    }
}
