using System.Diagnostics;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Training;
using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.TrainingBench;

/// <summary>
/// What the service's training is measured against. Each wants a process to itself, and gives samples per second from its first step on.
/// </summary>
public static class Loops
{
    private const int Batch = 128;

    /// <summary>
    /// As users of TorchSharp write it: float32, channels first, AdamW, the loss read at every step. The data is one tensor in memory,
    /// where a DataLoader would be slower.
    /// </summary>
    public static double Plain(string spec, int threads, double seconds)
    {
        set_num_threads(threads);
        random.manual_seed(0);
        var (pictures, labels) = FashionMnist();
        var network = PlainNetworks.For(spec);
        var (wanted, has) = (
            PlanOf(spec).Layers.Sum(layer => layer.ParameterCount),
            network.parameters().Sum(parameter => parameter.numel())
        );
        if (wanted != has)
            throw new InvalidOperationException($"{spec} has {wanted} parameters, its plain form {has}.");
        network.train();
        var optimizer = optim.AdamW(network.parameters(), lr: 0.004);
        var order = randperm(pictures.shape[0]);
        var (sum, steps, watch) = (0.0, 0, Stopwatch.StartNew());
        for (; watch.Elapsed.TotalSeconds < seconds; steps++)
        {
            using var scope = NewDisposeScope();
            var rows = order.narrow(0, steps * Batch % (order.shape[0] - Batch), Batch);
            var (x, y) = (pictures.index_select(0, rows), labels.index_select(0, rows));
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(network.call(x), y);
            loss.backward();
            optimizer.step();
            sum += loss.item<float>();
        }

        return double.IsFinite(sum)
            ? steps * Batch / watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{spec}: the plain loop diverged.");
    }

    /// <summary>The service's own loop with nothing around it: no process to talk to, no checkpoints, no metrics kept.</summary>
    public static double Bare(string spec, TrainingSettings settings)
    {
        Warmup.Run();
        using var data = DataSetLoader.Load("fashion-mnist", DataFolders.FromEnvironment());
        var steps = 0L;
        TrainingRun.Execute(
            PlanOf(spec),
            settings,
            data,
            new Dictionary<string, string>(),
            report => steps = report is TrainingReport.StepDone step ? step.Number : steps,
            CancellationToken.None
        );
        return steps * Batch / settings.MaxDuration!.Value.TotalSeconds;
    }

    /// <summary>Floating point operations per second of a large matrix product, the best of several.</summary>
    public static double Peak(ScalarType type, int threads)
    {
        const int Size = 2048;
        set_num_threads(threads);
        var (a, b, best) = (rand(Size, Size).to(type), rand(Size, Size).to(type), double.MaxValue);
        for (var i = 0; i < 12; i++)
        {
            var watch = Stopwatch.StartNew();
            a.mm(b).Dispose();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return 2.0 * Size * Size * Size / best;
    }

    public static Plan PlanOf(string spec) => Compiler.Compile(File.ReadAllBytes($"samples/{spec}.json")).Plan!;

    private static (Tensor Pictures, Tensor Labels) FashionMnist()
    {
        using var data = DataSetLoader.Load("fashion-mnist", DataFolders.FromEnvironment());
        return (data.Train.Inputs[0].to(ScalarType.Float32) / 255, data.Train.Targets[0].to(ScalarType.Int64));
    }
}
