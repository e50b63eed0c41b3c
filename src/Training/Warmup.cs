using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Training.Heads;
using ConcatService.Training.Optimizers;
using ConcatService.Training.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>What a spare trainer does before it says that it is ready: its job's first step is then not its own first step.</summary>
public static class Warmup
{
    private const string Spec = """
        { "inputs": { "image": { "shape": [1, 8, 8] } }, "layers": [
            { "type": "conv2d", "out_channels": 4, "kernel_size": 3, "norm": "batch_norm", "activation": "relu", "name": "a" },
            { "type": "concat", "inputs": ["a", "a"] }, { "type": "conv2d", "out_channels": 4, "kernel_size": 1 },
            { "type": "global_avg_pool" }, { "type": "linear", "out_features": 2 } ] }
        """;

    /// <summary>
    /// Loads libtorch and takes one training step, in each precision, of a tiny network through the code that jobs go through. Returns what
    /// was found here.
    /// </summary>
    public static Machine Run()
    {
        var machine = Machines.This();
        var plan = Compiler.Compile(Encoding.UTF8.GetBytes(Spec)).Plan!;
        using var scope = NewDisposeScope();
        using var model = new TorchModel(plan, machine.HasCuda ? CUDA : CPU) { Training = true };
        Initializers.Fill(model, Initialization.Auto);
        using var optimizer = Optimizer.For(AdamSettings.AdamW(), model);
        var network = new Network(
            model,
            [Head.For(plan, plan.Outputs[0], new("class", LearningTask.Classification, [], ["a", "b"]), new CrossEntropySettings())]
        );
        using var meter = new Meter(network);
        using var sampler = new Sampler(model, TelemetryMode.Dense);
        ScalarType[] precisions = machine.HasBFloat16 ? [ScalarType.Float32, ScalarType.BFloat16] : [ScalarType.Float32];
        foreach (var precision in precisions)
        {
            model.Precision = precision;
            optimizer.ZeroGradient();
            Tensor[] labels = [zeros(8, ScalarType.Int64, model.Weights.device)];
            sampler.Begin(Governor.DenseEvery, Governor.DenseEvery, default, labels);
            var scores = network.Scores([rand([8, 1, 8, 8], device: model.Weights.device)], sampler);      // [8, 2]
            var loss = network.Loss(scores, labels, training: true);
            loss.backward();
            sampler.Measure(optimizer);
            optimizer.Step(1e-3);
            sampler.End(TimeSpan.MaxValue);
            meter.Add(loss, scores, labels);
            meter.Read();
        }

        return machine;
    }
}
