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
    /// A batch norm without weights comes back with them: in a file it looks like one that was never trained. A constant comes back as a
    /// learned tensor: a file has both as initializers.
    /// </summary>
    private static readonly string[] WithOtherCounts = ["unet-3d", "swin-t"];

    public static TheoryData<string> Valid { get; } =
        new(Samples.Names.Where(name => Planned(name) is not null));

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
        if (!WithOtherCounts.Contains(sample))
            Assert.Equal(Totals.Of(plan).Parameters, Totals.Of(back.Plan).Parameters);
        Assert.Equal(
            plan.Outputs.Select(output => plan.Shapes[output.Wire].ElementsPerSample),
            back.Plan.Outputs.Select(output => back.Plan.Shapes[output.Wire].ElementsPerSample)
        );
    }
}
