using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>Vectors that weigh or shift a map's channels, and have another number of them.</summary>
public sealed class GateFixTests
{
    // Squeeze-and-excitation on 64 channels; what stands behind the sigmoid comes in.
    private static string Excitation(int features, string behind, string gate, string layout = "channels_first") => $$"""
        { "layout": "{{layout}}", "inputs": { "x": { "shape": {{(layout == "channels_first" ? "[64, 16, 16]" : "[16, 16, 64]")}} } },
          "layers": [
          { "name": "body", "type": "conv2d", "out_channels": 64, "kernel_size": 3, "padding": 1 },
          { "name": "squeeze", "type": "global_avg_pool" },
          { "name": "reduce", "type": "linear", "out_features": 4, "activation": "relu" },
          { "name": "excite", "type": "linear", "out_features": {{features}} },
          { "name": "weights", "type": "sigmoid" },
          {{behind}}
          { "name": "scale", "type": "multiply", "inputs": ["body", "{{gate}}"] } ] }
        """;

    private static string Written(string shape) => $$"""{ "name": "written", "type": "reshape", "shape": {{shape}} },""";

    public static TheoryData<string, string, string> Cases => new()
    {
        { Excitation(32, "", "weights"), "Set out_features of excite to 64, and give weights the axes of body", "rank_difference" },
        {
            Excitation(32, "", "weights", "channels_last"),
            "Set out_features of excite to 64, and give weights the axes of body",
            "rank_difference"
        },
        {
            Excitation(32, Written("[32, 1, 1]"), "written"),
            "Set out_features of excite to 64, and shape of written to [64, 1, 1]",
            "width_difference"
        },
        // As many as the map is high: no sign of another order.
        {
            Excitation(16, Written("[16, 1, 1]"), "written"),
            "Set out_features of excite to 64, and shape of written to [64, 1, 1]",
            "width_difference"
        },
        // Two at once: where the features stand, and how many there are.
        {
            Excitation(32, Written("[1, 1, 32]"), "written"),
            "Set out_features of excite to 64, and shape of written to [64, 1, 1]",
            "mixed_layout"
        },
        {
            Excitation(32, Written("[32, 1, 1]"), "written", "channels_last"),
            "Set out_features of excite to 64, and shape of written to [1, 1, 64]",
            "mixed_layout"
        },
        // The order alone.
        { Excitation(64, Written("[1, 1, 64]"), "written"), "Set shape of written to [64, 1, 1]", "mixed_layout" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_gate_gets_a_number_for_each_channel(string spec, string title, string cause)
    {
        var report = Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report;
        var found = Assert.Single(report.Diagnostics, each => each.Severity == Severity.Error);
        Assert.Equal((cause, title), (found.Cause!.Kind.Name, found.Fixes[0].Title));
        using var document = JsonDocument.Parse(spec);
        var repaired = Repair.Of(document.RootElement);
        Assert.Equal(("valid", found.Fixes[0].Id), (repaired.Result.Verdict, Assert.Single(repaired.Applied).Fix.Id));
    }

    // Feature-wise modulation (Perez et al. 2018): a factor and a shift for each channel, both too few.
    [Fact]
    public void Both_vectors_of_a_modulation_are_widened_together()
    {
        var compiled = Compiler.Compile(
            """
            { "inputs": { "x": { "shape": [64, 16, 16] }, "text": { "shape": [10] } }, "layers": [
              { "name": "body", "type": "conv2d", "inputs": ["x"], "out_channels": 64, "kernel_size": 3, "padding": 1 },
              { "name": "gamma", "type": "linear", "inputs": ["text"], "out_features": 32 },
              { "name": "beta", "type": "linear", "inputs": ["text"], "out_features": 32 },
              { "name": "scaled", "type": "multiply", "inputs": ["body", "gamma"] },
              { "name": "shifted", "type": "add", "inputs": ["scaled", "beta"] } ] }
            """u8.ToArray()
        );
        var found = Assert.Single(compiled.Report.Diagnostics, each => each.Severity == Severity.Error);
        Assert.Equal("scaled", found.Layer);
        Assert.Contains("gamma (linear) makes 32 features of it, where body has 64 channels", found.Message, StringComparison.Ordinal);
        Assert.Equal("Set out_features of gamma to 64, and give gamma the axes of body, and likewise at shifted", found.Fixes[0].Title);
    }
}
