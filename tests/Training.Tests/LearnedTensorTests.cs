using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Training.Onnx;
using ConcatService.Training.Optimizers;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests;

/// <summary>Tensors of the network's own and weights that layers share, while they are trained.</summary>
[Collection("libtorch")]
public sealed class LearnedTensorTests
{
    private const string Towers = """
        { "inputs": { "x": { "shape": [3] }, "y": { "shape": [3] } }, "layers": [
          { "name": "b", "type": "linear", "inputs": ["y"], "out_features": 2, "weights": "a" },
          { "name": "a", "type": "linear", "inputs": ["x"], "out_features": 2 },
          { "name": "sum", "type": "add", "inputs": ["a", "b"] } ] }
        """;

    private const string Scaled = """
        { "inputs": { "x": { "shape": [3] } }, "layers": [
          { "name": "dense", "type": "linear", "inputs": ["x"], "out_features": 3, "bias": false },
          { "name": "scale", "type": "parameter", "shape": [3], "init": "constant", "value": 0.25 },
          { "name": "shift", "type": "parameter", "shape": [3], "init": "ones", "trainable": false },
          { "name": "noise", "type": "parameter", "shape": [100, 100], "init": "truncated_normal", "std": 1.5 },
          { "name": "scaled", "type": "multiply", "inputs": ["dense", "scale"] },
          { "name": "out", "type": "add", "inputs": ["scaled", "shift"] } ], "outputs": ["out", "noise"] }
        """;

    private const string Transformer = """
        { "layout": "channels_last", "inputs": { "image": { "shape": [16, 16, 3] } }, "layers": [
          { "name": "patches",   "type": "conv2d", "out_channels": 12, "kernel_size": 4, "stride": 4 },
          { "name": "tokens",    "type": "flatten", "start_dim": 1, "end_dim": 2 },
          { "name": "class",     "type": "parameter", "shape": [1, 12], "init": "normal" },
          { "name": "sequence",  "type": "concat", "inputs": ["class", "tokens"], "axis": "time" },
          { "name": "positions", "type": "parameter", "shape": [17, 12], "init": "normal" },
          { "name": "placed",    "type": "add", "inputs": ["sequence", "positions"] },
          { "name": "queries",   "type": "linear", "out_features": 8 },
          { "name": "keys",      "type": "linear", "inputs": ["placed"], "out_features": 8, "weights": "queries" },
          { "name": "bias",      "type": "parameter", "shape": [2, 17, 17], "axes": ["other", "time", "features"], "init": "normal" },
          { "name": "taken",     "type": "attention", "inputs": ["queries", "keys", "placed", "bias"], "num_heads": 2 },
          { "name": "mean",      "type": "reduce", "axes": ["time"] },
          { "name": "head",      "type": "linear", "out_features": 5 } ] }
        """;

    private const string VisionTransformer = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
          { "name": "patches",   "type": "conv2d", "out_channels": 24, "kernel_size": 7, "stride": 7 },
          { "name": "row",       "type": "flatten", "start_dim": 2 },
          { "name": "tokens",    "type": "permute", "dims": [0, 2, 1] },
          { "name": "class",     "type": "parameter", "shape": [1, 24], "axes": ["time", "features"] },
          { "name": "sequence",  "type": "concat", "inputs": ["class", "tokens"], "axis": "time" },
          { "name": "positions", "type": "parameter", "shape": [17, 24], "axes": ["time", "features"], "init": "normal", "std": 0.02 },
          { "name": "placed",    "type": "add", "inputs": ["sequence", "positions"] },
          { "name": "attention", "type": "parallel", "merge": "add", "branches": [ [], [
            { "name": "norm",    "type": "layer_norm" },
            { "name": "q",       "type": "linear", "out_features": 24 },
            { "name": "k",       "type": "linear", "inputs": ["norm"], "out_features": 24 },
            { "name": "v",       "type": "linear", "inputs": ["norm"], "out_features": 24 },
            { "name": "taken",   "type": "attention", "inputs": ["q", "k", "v"], "num_heads": 4 },
            { "name": "scale",   "type": "parameter", "shape": [1, 24], "axes": ["time", "features"], "init": "constant", "value": 0.5 },
            { "name": "scaled",  "type": "multiply", "inputs": ["taken", "scale"] } ] ] },
          { "name": "mlp",       "type": "parallel", "merge": "add", "branches": [ [], [
            { "type": "layer_norm" },
            { "type": "linear", "out_features": 48, "activation": "gelu" }, { "type": "linear", "out_features": 24 } ] ] },
          { "name": "mean",      "type": "reduce", "axes": ["time"] },
          { "name": "logits",    "type": "linear", "out_features": 10 } ] }
        """;

    private const string Volumes = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
          { "name": "volume", "type": "reshape", "shape": [1, 4, 14, 14] },
          { "name": "first",  "type": "conv3d", "out_channels": 8, "kernel_size": 3, "padding": 1, "norm": "batch_norm",
            "activation": "relu" },
          { "name": "low",    "type": "max_pool3d", "kernel_size": 2 },
          { "name": "second", "type": "conv3d", "out_channels": 8, "kernel_size": 3, "padding": 1, "norm": "batch_norm",
            "activation": "relu" },
          { "name": "third",  "type": "conv3d", "out_channels": 8, "kernel_size": 3, "padding": 1, "weights": "second" },
          { "name": "up",     "type": "upsample", "size": { "like": "first" }, "mode": "trilinear" },
          { "name": "both",   "type": "concat", "inputs": ["first", "up"] },
          { "name": "mean",   "type": "avg_pool3d", "kernel_size": [2, 7, 7] },
          { "name": "flat",   "type": "flatten" },
          { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    private static TorchModel Model(string spec)
    {
        manual_seed(3);
        var model = new TorchModel(Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!);
        Initializers.Fill(model, Initialization.Auto);
        return model;
    }

    private static Tensor ValueOf(TorchModel model, string key) => model.Parameters.Single(each => each.Key == key).Tensor;

    [Theory]
    [InlineData(VisionTransformer, "float32")]
    [InlineData(VisionTransformer, "bfloat16")]
    [InlineData(Volumes, "float32")]
    [InlineData(Volumes, "bfloat16")]
    public void A_network_with_them_learns_and_its_export_computes_the_same(string spec, string precision)
    {
        var outcome = TestTraining.Train($$"""{ "epochs": 2, "batch_size": 64, "threads": 2, "precision": "{{precision}}" }""", spec);
        var finished = Assert.IsType<Outcome.Finished>(outcome);
        Assert.InRange(finished.Result.TestAccuracy!.Value, 0.15, 1); // chance is 0.1
        Assert.InRange(finished.Result.Parity.MaxRelativeToPeak, 0, Parity.Tolerance);
    }

    [Fact]
    public void The_gradients_of_shared_weights_add_up()
    {
        using var scope = NewDisposeScope();
        using var model = Model(Towers);
        Assert.Equal(["a.weight", "a.bias"], model.Parameters.Select(each => each.Key));
        var (x, y) = (randn(5, 3), randn(5, 3));
        model.Forward(x, y)[0].sum().backward();
        var expected = (x + y).sum([0L]).unsqueeze(0).expand(2, 3);
        Assert.True(ValueOf(model, "a.weight").grad!.allclose(expected, 1e-5, 1e-5));
        Assert.True(ValueOf(model, "a.bias").grad!.eq(10).all().item<bool>());
    }

    [Theory]
    [InlineData(Transformer)]
    [InlineData(Towers)]
    public void ONNX_Runtime_computes_what_libtorch_does(string spec)
    {
        using var scope = NewDisposeScope();
        using var model = Model(spec);
        var bytes = OnnxBytes.Write(
            OnnxGraphBuilder.Build(model.Plan, new Dictionary<string, Normalization>()),
            model.Parameters.ToDictionary(each => each.Key, each => each.Tensor),
            new Dictionary<string, string>()
        );
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(bytes, options);
        var inputs = model
            .Plan.Inputs.Select(input => randn([.. input.Shape.Dims.Select(size => size.Known ?? 3)]))
            .ToArray();
        using var run = new RunOptions();
        var given = Array.ConvertAll(inputs, x => OrtValue.CreateTensorValueFromMemory(x.data<float>().ToArray(), x.shape));
        using var outputs = session.Run(run, [.. session.InputNames], given, [.. session.OutputNames]);
        var expected = model.Forward(inputs)[0];
        Assert.Equal(expected.shape, outputs[0].GetTensorTypeAndShape().Shape);
        Assert.True(tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray()).reshape(expected.shape).allclose(expected, 1e-4, 1e-5));
        Array.ForEach(given, value => value.Dispose());
    }

    [Fact]
    public void Tensors_start_as_they_say()
    {
        using var scope = NewDisposeScope();
        using var model = Model(Scaled);
        Assert.True(ValueOf(model, "scale.value").eq(0.25).all().item<bool>());
        Assert.True(ValueOf(model, "shift.value").eq(1).all().item<bool>());
        var noise = ValueOf(model, "noise.value");
        Assert.InRange(noise.abs().max().item<float>(), 1.9f, 2);
        Assert.InRange(noise.std().item<float>(), 1, 1.05f); // of 1.5, cut at ±2: 1.023
    }

    [Theory]
    [InlineData("adamw")]
    [InlineData("adam")]
    [InlineData("sgd")]
    [InlineData("nadam")]
    [InlineData("rmsprop")]
    public void Weight_decay_leaves_them_out(string type)
    {
        using var scope = NewDisposeScope();
        using var model = Model(Scaled);
        using var optimizer = Optimizer.For(Settings(type), model);
        optimizer.ZeroGradient();
        var (dense, scale) = (ValueOf(model, "dense.weight").detach().clone(), ValueOf(model, "scale.value").detach().clone());
        optimizer.Step(0.1);
        Assert.False(ValueOf(model, "dense.weight").equal(dense).all().item<bool>());
        Assert.True(ValueOf(model, "scale.value").allclose(scale));
    }

    private static OptimizerSettings Settings(string type)
    {
        const double WeightDecay = 0.5;
        return type switch
        {
            "adamw" => AdamSettings.AdamW() with { WeightDecay = WeightDecay },
            "adam" => AdamSettings.Adam() with { WeightDecay = WeightDecay },
            "sgd" => new SgdSettings { WeightDecay = WeightDecay },
            "nadam" => new NAdamSettings { WeightDecay = WeightDecay },
            _ => new RmsPropSettings { WeightDecay = WeightDecay },
        };
    }
}
