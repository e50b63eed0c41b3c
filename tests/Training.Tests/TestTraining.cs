using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests;

/// <summary>A two-branch network small enough to be trained in a second, on pictures made on the spot.</summary>
internal static class TestTraining
{
    public const string TwoBranches = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "fine", "type": "conv2d", "out_channels": 12, "kernel_size": 3, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "low", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
            { "name": "coarse", "type": "conv2d", "out_channels": 12, "kernel_size": 5, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
            { "name": "flat", "type": "flatten" },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    public static DataSet Pictures(long train = 2560, long test = 512) =>
        TwoScale.Generate(BuiltInDataSets.TwoScale with { TrainSamples = train, TestSamples = test });

    public static Plan Plan(string spec)
    {
        var compiled = Compiler.Compile(Encoding.UTF8.GetBytes(spec));
        Assert.DoesNotContain(compiled.Report.Diagnostics, found => found.Severity == Severity.Error);
        return compiled.Plan!;
    }

    public static TrainingSettings Settings(string json)
    {
        var report = new Report();
        var settings = TrainingSettings.Read(JsonElement.Parse(json), report);
        Assert.Empty(report.Diagnostics);
        return settings;
    }

    public static Outcome Train(string settings, string spec = TwoBranches, Action<TrainingReport>? report = null) =>
        TrainUntil(settings, spec, report ?? (_ => { }), TestContext.Current.CancellationToken);

    public static Outcome TrainUntil(string settings, string spec, Action<TrainingReport> report, CancellationToken stop)
    {
        using var data = Pictures();
        return TrainingRun.Execute(Plan(spec), Settings(settings), data, new Dictionary<string, string> { ["job"] = "test" }, report, stop);
    }
}
