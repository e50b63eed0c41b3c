using System.Diagnostics;
using System.Globalization;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Training.Optimizers;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Memory;

/// <summary>What training a network needs of this process's memory, above what it holds with libtorch loaded and nothing to do.</summary>
/// <param name="IdleBytes">Resident before the model is made.</param>
/// <param name="PeakBytes">The most that was resident during the steps, above that.</param>
public sealed record MemoryTrial(long IdleBytes, long PeakBytes)
{
    private static readonly int Steps = int.Parse(Environment.GetEnvironmentVariable("STEPS") ?? "4");

    /// <summary>Takes a few steps of AdamW on random inputs. Has the process to itself: the figures are the process's.</summary>
    public static MemoryTrial Run(Plan plan, Precision precision, long batch)
    {
        set_num_threads(Math.Max(1, Environment.ProcessorCount - 1));
        Warmup.Run();
        GC.Collect();
        var idle = Resident("VmRSS");
        File.WriteAllText("/proc/self/clear_refs", "5");                                // proc(5): the peak starts again from here

        using var model = new TorchModel(plan) { Training = true, Precision = precision == Precision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32 };
        Initializers.Fill(model, Initialization.Auto);
        using var optimizer = Optimizer.For(AdamSettings.AdamW(), model);
        Snapshot? best = null;
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            Tensor[] inputs = [.. plan.Inputs.Select(input => rand([batch, .. input.Shape.Dims.Skip(1).Select(dim => dim.Value)]))];
            optimizer.ZeroGradient();
            var watch = Stopwatch.StartNew();
            model.Forward(inputs).Select(output => output.to(ScalarType.Float32).square().mean()).Aggregate((a, b) => a + b).backward();
            optimizer.Step(1e-4);
            if (step == Steps / 2) best = Snapshot.Of(model, 1, null);
            Console.Error.WriteLine($"  step {step}: {watch.ElapsedMilliseconds} ms, peak {(Resident("VmHWM") - idle) / 1e6:N0} MB, now {(Resident("VmRSS") - idle) / 1e6:N0}");
        }

        return new(idle, Resident("VmHWM") - idle);
    }

    /// <summary>A line of /proc/self/status, which counts in KiB.</summary>
    private static long Resident(string name) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
}
