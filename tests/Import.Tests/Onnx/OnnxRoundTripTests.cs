using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Import.Tests.Onnx;

/// <summary>The service's own export of each sample comes back with as many parameters and the same outputs.</summary>
public sealed class OnnxRoundTripTests
{
    /// <summary>
    /// Not read without gaps yet: weights of recurrent layers whose gates the graph puts in another order; Tile, and slices of every second
    /// element.
    /// </summary>
    private static readonly string[] WithGaps = [];

    /// <summary>A batch norm without weights comes back with them: in a file it looks like one that was never trained.</summary>
    private static readonly string[] WithOtherCounts = ["unet-3d"];

    public static TheoryData<string> Valid { get; } =
        new(Samples.Names.Except(WithGaps).Except(WithOtherCounts).Where(name => Planned(name) is not null));

    [Fact]
    public void What_is_not_read_yet_is_said_and_not_passed_over()
    {
        foreach (var sample in WithGaps)
        {
            var graph = OnnxGraphBuilder.Build(Planned(sample)!, new Dictionary<string, Normalization>());
            Assert.NotEmpty(Importer.Read(OnnxWriter.Write(graph), new()).Gaps);
        }
    }

    private static Plan? Planned(string sample)
    {
        using var spec = JsonDocument.Parse(Samples.Bytes(sample));
        return Compiler.Compile(spec.RootElement.Clone()).Plan;
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void What_was_exported_comes_back(string sample)
    {
        var plan = Planned(sample)!;
        var network = Importer.Read(OnnxWriter.Write(OnnxGraphBuilder.Build(plan, new Dictionary<string, Normalization>())), new());
        using var spec = JsonDocument.Parse(network.Spec.ToJsonString());
        var back = Compiler.Compile(spec.RootElement);
        var faults = network.Gaps.Select(gap => gap.Message).Concat(back.Report.Diagnostics.Select(found => found.Message));
        Assert.True(back.Plan is not null && network.Gaps.Count == 0, string.Join('\n', faults.Take(8)));
        Assert.Equal(Totals.Of(plan).Parameters, Totals.Of(back.Plan).Parameters);
        Assert.Equal(
            plan.Outputs.Select(output => plan.Shapes[output.Wire].ElementsPerSample),
            back.Plan.Outputs.Select(output => back.Plan.Shapes[output.Wire].ElementsPerSample)
        );
    }
}
