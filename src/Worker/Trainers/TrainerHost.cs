using System.Diagnostics;
using System.Runtime.InteropServices;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Telemetry;
using ConcatService.Training;
using ConcatService.Worker.Memory;
using ConcatService.Worker.Protocol;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>Trains one job and says how it ended. The only thing that the processes around it do not know how to do.</summary>
/// <param name="context">The job, and everything that may be written to it.</param>
/// <returns>Null when the model is published, otherwise why the job has failed.</returns>
/// <exception cref="OperationCanceledException">The training ended because <see cref="TrainerContext.Stop"/> or <see
/// cref="TrainerContext.Leave"/> fired.</exception>
internal delegate Task<JobFailure?> JobTraining(TrainerContext context);

/// <summary>
/// The trainer process: warms up, waits for a job, trains it, ends. One job per process, so that memory and the random generator come back
/// with it.
/// </summary>
internal static class TrainerHost
{
    /// <summary>Exit code 0 when the job's row says how it ended, or when it was asked to stop; anything else is a lost attempt.</summary>
    public static async Task<int> RunAsync(JobTraining train)
    {
        // A terminal's Ctrl-C and a service manager's SIGTERM reach the whole group. The supervisor decides, and end of input is its word.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);

        using var traces = Tracing.Open("concat-worker");
        var pipe = new SupervisorPipe();
        await using var source = OpenDatabase();
        pipe.Send(new Message(MessageKind.Ready) { Device = await TrainerWarmup.RunAsync(source) });

        var run = await pipe.Run;
        if (run.Kind == MessageKind.Export)
        {
            Niceness.Lower(Niceness.Lowest);
            pipe.Send(await CheckpointModel.MakeAsync(source, run, pipe.Stop));
            return 0;
        }

        Niceness.Lower(Niceness.OfJobs);
        using var span = Tracing.Continue("train", run.Traceparent, ActivityKind.Internal);
        var fence = new JobFence(run.JobId, run.TeamId, run.Fence);
        try
        {
            await using var context = await TrainerContext.OpenAsync(source, fence, run.Worker, pipe.Stop, pipe.Leave);
            var failure = await TrainAsync(train, context);
            await context.FlushAsync();
            if (failure is not null)
                await context.FailAsync(failure);
        }
        catch (OperationCanceledException) when (pipe.Stop.IsCancellationRequested || pipe.Leave.IsCancellationRequested)
        {
        }
        catch (StaleFenceException stale)
        {
            await Console.Error.WriteLineAsync(stale.Message);
        }
        catch (NpgsqlException failure)
        {
            await Console.Error.WriteLineAsync(failure.ToString());
            return 1;
        }
        return 0;
    }

    /// <summary>Few connections, as one process of many; one of them stays open however long the spare waits.</summary>
    private static NpgsqlDataSource OpenDatabase()
    {
        var given = Environment.GetEnvironmentVariable("ConnectionStrings__Postgres");
        return NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(given)
            {
                MinPoolSize = 1,
                MaxPoolSize = 4,
                ApplicationName = "concat trainer",
            }
        );
    }

    /// <summary>
    /// The job's edge: here an exception becomes the job's failure, once. What the database throws is a lost attempt: another one may have
    /// more luck.
    /// </summary>
    private static async Task<JobFailure?> TrainAsync(JobTraining train, TrainerContext context)
    {
        try
        {
            return await train(context);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or StaleFenceException or NpgsqlException))
        {
            await Console.Error.WriteLineAsync(exception.ToString());
            return OutOfMemory.Is(exception)
                ? OutOfMemory.Failure(
                    $"There was not enough memory: {FirstLine(exception)}",
                    context.PredictedMemoryBytes,
                    ProcessMemory.PeakBytes(),
                    new MachineMemory().Bytes
                )
                : new JobFailure(
                    FailureClass.Infrastructure,
                    "defect",
                    $"The training broke off: {FirstLine(exception)} The worker's log has the rest."
                );
        }
    }

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].Trim();
}
