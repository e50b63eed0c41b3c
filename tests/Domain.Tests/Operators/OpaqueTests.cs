using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>Layers that stand for what could not be read.</summary>
public sealed class OpaqueTests
{
    private static Compilation Compile(string opaque, string more = "") =>
        Compiler.Compile(
            Encoding.UTF8.GetBytes(
                $$"""
                { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
                  { "name": "stem", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1 },
                  { "name": "gap", "type": "opaque", "of": "Lambda", {{opaque}} }{{more}} ] }
                """
            )
        );

    [Theory]
    [InlineData(""" "like": "stem" """, "[N, 4, 28, 28]", 40)]
    [InlineData(""" "like": "image", "parameters": 7 """, "[N, 1, 28, 28]", 47)]
    [InlineData(""" "output_shape": [12, 6], "axes": ["time", "features"], "parameters": 100 """, "[N, 12, 6]", 140)]
    [InlineData(""" "output_shape": 9 """, "[N, 9]", 40)]
    public void It_gives_the_shape_that_it_says_and_counts_what_it_says(string opaque, string shape, long parameters)
    {
        var compiled = Compile(opaque);
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal(shape, compiled.Plan!.Shapes[new("gap")].ToString());
        Assert.Equal(parameters, Totals.Of(compiled.Plan).Parameters);
        Assert.Null(Totals.Of(compiled.Plan).Macs);
        var warning = Assert.Single(compiled.Report.Diagnostics);
        Assert.Equal((Severity.Warning, "export.unsupported", "gap"), (warning.Severity, warning.Code.Name, warning.Layer));
    }

    [Theory]
    [InlineData(""" "parameters": 1 """, "spec.missing_field")]
    [InlineData(""" "like": "stem", "output_shape": [4] """, "spec.out_of_range")]
    [InlineData(""" "like": "nobody" """, "spec.unknown_input")]
    [InlineData(""" "output_shape": [4, 4], "axes": ["time"] """, "spec.out_of_range")]
    public void It_says_one_shape(string opaque, string code) =>
        Assert.Equal(code, Assert.Single(Compile(opaque).Report.Diagnostics, found => found.Severity == Severity.Error).Code.Name);

    [Fact]
    public void What_is_behind_it_is_diagnosed()
    {
        var compiled = Compile(
            """ "output_shape": [4, 14, 14] """,
            """, { "name": "both", "type": "concat", "inputs": ["stem", "gap"] }"""
        );
        var error = Assert.Single(compiled.Report.Diagnostics, found => found.Severity == Severity.Error);
        Assert.Equal(("concat.shape_mismatch", "both"), (error.Code.Name, error.Layer));
        Assert.NotEmpty(error.Fixes);
    }

    [Fact]
    public void A_job_and_an_export_are_refused_with_the_list_of_them()
    {
        var compiled = Compile(
            """ "like": "stem" """,
            """, { "name": "other", "type": "opaque", "of": "RoIAlign", "output_shape": [10] }"""
        );
        var report = new Report();
        DataSetFit.Check(compiled.Plan!, BuiltInDataSets.Find("fashion-mnist")!, new TrainingSettings(), report);
        var refused = report.Diagnostics.Where(found => found.Code == Codes.ExportUnsupported).ToList();
        Assert.Equal(["/layers/1", "/layers/2"], refused.Select(found => found.Path.ToString()));
        Assert.Contains("RoIAlign", refused[1].Message, StringComparison.Ordinal);
        var thrown = Assert.Throws<InvalidOperationException>(() =>
            OnnxGraphBuilder.Build(compiled.Plan!, new Dictionary<string, Normalization>())
        );
        Assert.Contains("gap stands for Lambda, other stands for RoIAlign", thrown.Message, StringComparison.Ordinal);
    }
}
