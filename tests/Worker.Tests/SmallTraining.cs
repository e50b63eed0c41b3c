using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Models;
using ConcatService.Worker.Trainers;
using static TorchSharp.torch;

namespace ConcatService.Worker.Tests;

/// <summary>
/// Fits a line by gradient descent. Settings: how many steps, how long each takes, and at which step it breaks, wants more memory than
/// anybody has, as an exception or an abort in native code, or its process dies, as if the kernel had killed it for its memory or not.
/// </summary>
internal static class SmallTraining
{
    public sealed record Settings(
        int Steps = 20,
        int StepMs = 0,
        int? BreaksAt = null,
        int? AllocatesAt = null,
        int? AbortsAt = null,
        int? DiesAt = null,
        int? KilledForMemoryAt = null
    );

    /// <summary>Names the variable with the folder that stands for <c>/</c> where the worker looks what memory there is.</summary>
    public const string Root = "CONCAT_TEST_ROOT";

    public static async Task<JobFailure?> RunAsync(TrainerContext context)
    {
        var settings = context.Job.Settings.Deserialize<Settings>()!;
        context.Reporter.Report(new JobReport.Facts(new(JsonSerializer.Serialize(settings), "{}")));
        await Task.Factory.StartNew(() => Fit(context, settings), TaskCreationOptions.LongRunning);
        await context.FinalizeAsync();
        var onnx = await context.StoreAsync(new MemoryStream([1, 2, 3]));
        await context.PublishAsync(new NewModelVersion(onnx.Sha256, "00", "[]", "[]", null, "{}", "{}"), "{}");
        return null;
    }

    private static void Fit(TrainerContext context, Settings settings)
    {
        random.manual_seed(0);
        using var layer = nn.Linear(1, 1);
        using var optimizer = optim.SGD(layer.parameters(), 0.1);
        for (var step = 1; step <= settings.Steps; step++)
        {
            context.Stop.ThrowIfCancellationRequested();
            context.Leave.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var x = rand(16, 1);                                                // [N, 1]
            optimizer.zero_grad();
            var loss = (layer.forward(x) - 3 * x).square().mean();
            loss.backward();
            optimizer.step();
            if (step == settings.BreaksAt)
                throw new InvalidOperationException("as asked");
            if (step == settings.AllocatesAt)
                zeros(1L << 50);
            if (step == settings.AbortsAt)
                Abort();
            if (step == settings.KilledForMemoryAt)
                File.WriteAllText(Path.Combine(Environment.GetEnvironmentVariable(Root)!, "proc/vmstat"), "oom_kill 1\n");
            if (step == settings.DiesAt || step == settings.KilledForMemoryAt)
                Process.GetCurrentProcess().Kill();
            context.Reporter.Report(new JobReport.Metric(new("train_loss", step, loss.item<float>())));
            context.Reporter.Report(new JobReport.Progress(new(1, 1, step, settings.Steps, null, null)));
            Thread.Sleep(settings.StepMs);
        }
    }

    /// <summary>What the C++ runtime does with an exception on a thread of libtorch's own.</summary>
    private static void Abort()
    {
        Console.Error.WriteLine("terminate called after throwing an instance of 'std::bad_alloc'");
        NativeAbort();
    }

    [DllImport("libc", EntryPoint = "abort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void NativeAbort();
}
