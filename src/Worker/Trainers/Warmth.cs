using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using Npgsql;
using TorchSharp;
using static TorchSharp.torch;

namespace ConcatService.Worker;

/// <summary>What a spare does before it says that it is ready, so that its job's first step is not its own first step.</summary>
internal static class Warmth
{
    /// <summary>Loads libtorch, takes one training step, asks the database what a job will ask. Returns the device: <c>cuda</c> when there, else <c>cpu</c>.</summary>
    public static async Task<string> GainAsync(NpgsqlDataSource source)
    {
        var rehearsal = RehearseAsync(source);
        var device = cuda.is_available() ? CUDA : CPU;
        TakeStep(device);
        await rehearsal;
        return device.type == DeviceType.CUDA ? "cuda" : "cpu";
    }

    /// <summary>The statements of a job's first moments, for a job that is not there: the code is compiled and the connection open when one is.</summary>
    private static async Task RehearseAsync(NpgsqlDataSource source)
    {
        var nobody = new JobFence(Guid.Empty, 0, 0);
        await new JobTransitions(source).TryMoveAsync(new JobMove(nobody.JobId, JobState.Running, "", "") { Fence = 0 }, CancellationToken.None);
        await RefusedAsync(ClaimedJob.ReadAsync(source, nobody, CancellationToken.None));
        await RefusedAsync(new JobFacts("{}", "{}").WriteAsync(source, nobody, CancellationToken.None));
        await RefusedAsync(new MetricWriter(source).WriteAsync(nobody, [], CancellationToken.None));
    }

    private static async Task RefusedAsync(Task attempt)
    {
        try
        {
            await attempt;
        }
        catch (StaleFenceException)
        {
        }
    }

    private static void TakeStep(Device device)
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Conv2d(1, 4, 3).to(device);
        using var optimizer = optim.AdamW(layer.parameters());
        optimizer.zero_grad();
        var x = rand(8, 1, 8, 8, device: device);                               // [N, C, H, W]
        var loss = layer.forward(x).square().mean();
        loss.backward();
        optimizer.step();
        loss.item<float>();
    }
}
