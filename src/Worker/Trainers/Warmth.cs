using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using ConcatService.Training;
using ConcatService.Worker.Protocol;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>What a spare does before it says that it is ready, so that its job's first step is not its own first step.</summary>
internal static class Warmth
{
    /// <summary>
    /// Loads libtorch, takes one training step, asks the database what a job will ask. Returns the device: <c>cuda</c> when there, else
    /// <c>cpu</c>.
    /// </summary>
    public static async Task<string> GainAsync(NpgsqlDataSource source)
    {
        var rehearsal = RehearseAsync(source);
        var machine = Warmup.Run();
        try
        {
            await rehearsal;
        }
        catch (NpgsqlException away)
        {
            await Console.Error.WriteLineAsync($"Trainer {Environment.ProcessId} is warm but for the database: {away.Message}");
        }
        return machine.HasCuda ? "cuda" : "cpu";
    }

    /// <summary>
    /// The statements of a job's first moments, for a job that is not there: the code is compiled and the connection open when one is.
    /// </summary>
    private static async Task RehearseAsync(NpgsqlDataSource source)
    {
        var nobody = new JobFence(Guid.Empty, 0, 0);
        await new JobTransitions(source).TryMoveAsync(
            new JobMove(nobody.JobId, JobState.Running, "", "") { Fence = 0 },
            CancellationToken.None
        );
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
}
