using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Training.Onnx;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests;

/// <summary>Lists of layers over the steps of a sequence, as libtorch and ONNX Runtime compute them.</summary>
[Collection("libtorch")]
public sealed class TimeDistributedTests
{
    private const string Video = """
        { "inputs": { "x": { "shape": [4, 3, 8, 6], "axes": ["time", "channels", "height", "width"] } }, "layers": [
          { "name": "each", "type": "time_distributed", "layers": [
            { "name": "conv",  "type": "conv2d", "out_channels": 5, "kernel_size": 3 },
            { "name": "shift", "type": "parameter", "shape": [5, 1, 1], "init": "normal" },
            { "name": "moved", "type": "add", "inputs": ["conv", "shift"] },
            { "type": "global_avg_pool" } ] },
          { "name": "out", "type": "gru", "hidden_size": 3 } ] }
        """;

    private const string LastVideo = """
        { "layout": "channels_last",
          "inputs": { "x": { "shape": [4, 8, 6, 3], "axes": ["time", "height", "width", "channels"] } }, "layers": [
          { "name": "out", "type": "time_distributed", "layers": [
            { "type": "conv2d", "out_channels": 5, "kernel_size": 3, "activation": "relu" } ] } ] }
        """;

    private const string Signal = """
        { "inputs": { "x": { "shape": [3, 6] } }, "layers": [
          { "name": "out", "type": "time_distributed", "layers": [ { "type": "linear", "out_features": 2 } ] } ] }
        """;

    private const string Rows = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
          { "name": "bands",  "type": "reshape", "shape": [4, 1, 7, 28], "axes": ["time", "channels", "height", "width"] },
          { "name": "each",   "type": "time_distributed", "layers": [
            { "type": "conv2d", "out_channels": 8, "kernel_size": 3, "norm": "batch_norm", "activation": "relu" },
            { "type": "flatten" }, { "type": "linear", "out_features": 16, "activation": "relu" } ] },
          { "name": "flat",   "type": "flatten" },
          { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    [Theory]
    [InlineData(Video)]
    [InlineData(LastVideo)]
    [InlineData(Signal)]
    public void Both_compute_the_same(string spec)
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var model = new TorchModel(Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!);
        Initializers.Fill(model, Initialization.Auto);
        var bytes = OnnxBytes.Write(
            OnnxGraphBuilder.Build(model.Plan, new Dictionary<string, Normalization>()),
            model.Parameters.ToDictionary(each => each.Key, each => each.Tensor),
            new Dictionary<string, string>()
        );
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(bytes, options);
        var x = randn([.. model.Plan.Inputs[0].Shape.Dims.Select(size => size.Known ?? 2)]);
        using var run = new RunOptions();
        using var given = OrtValue.CreateTensorValueFromMemory(x.data<float>().ToArray(), x.shape);
        using var outputs = session.Run(run, ["x"], [given], ["out"]);
        var expected = model.Forward(x)[0];
        Assert.Equal(expected.shape, outputs[0].GetTensorTypeAndShape().Shape);
        Assert.True(tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray()).reshape(expected.shape).allclose(expected, 1e-4, 1e-5));
        Assert.Equal(model.Plan.Shapes[model.Plan.Outputs[0].Wire].Dims.Select(size => size.Known ?? 2), expected.shape);
    }

    [Fact]
    public void It_trains_and_exports_as_a_job()
    {
        var outcome = TestTraining.Train("""{ "epochs": 2, "batch_size": 64, "threads": 2 }""", Rows);
        var finished = Assert.IsType<Outcome.Finished>(outcome);
        Assert.InRange(finished.Result.TestAccuracy!.Value, 0.15, 1);                            // chance is 0.1
        Assert.InRange(finished.Result.Parity.MaxRelativeToPeak, 0, Parity.Tolerance);
    }
}
