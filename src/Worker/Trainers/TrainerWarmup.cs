using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using ConcatService.Training;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>What a spare does before it says that it is ready, so that its job's first step is not its own first step.</summary>
internal static class TrainerWarmup
{
    /// <summary>
    /// Loads libtorch, takes one training step, asks the database what a job will ask. Returns the device: <c>cuda</c> when there, else
    /// <c>cpu</c>.
    /// </summary>
    public static async Task<string> RunAsync(NpgsqlDataSource source)
    {
        var rehearsal = RehearseAsync(source);
        var machine = Warmup.Run();
        try
        {
            await rehearsal;
        }
        catch (NpgsqlException away)
        {
            await Console.Error.WriteLineAsync($"Trainer {Environment.ProcessId} warmed up without the database, which does not answer: "
                + $"{away.Message}");
        }
        return machine.HasCuda ? "cuda" : "cpu";
    }

    /// <summary>
    /// The statements of a job's first moments, for a job that is not there: the code is compiled and the connection open when one is.
    /// </summary>
    private static async Task RehearseAsync(NpgsqlDataSource source)
    {
        var nobody = new JobFence(Guid.Empty, 0, 0);
        var move = new JobMove(nobody.JobId, JobState.Running, "", "") { Fence = 0 };
        await DatabaseRetry.ExecuteAsync(() => new JobTransitions(source).TryMoveAsync(move, CancellationToken.None));
        await RefusedAsync(DatabaseRetry.ExecuteAsync(() => ClaimedJob.ReadAsync(source, nobody, CancellationToken.None)));
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
