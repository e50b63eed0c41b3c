using ConcatService.Api.Errors;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// Whether a worker that is there has the memory for a job. Where none listens to the job's queue, or one does not know its memory, nothing
/// is refused: the worker that takes the job looks again.
/// </summary>
/// <param name="PredictedBytes">What the training is expected to need at its peak; null on a GPU.</param>
/// <param name="Refusal">With the figures and the largest batch that fits; null when the job is welcome.</param>
internal sealed record Admission(long? PredictedBytes, ProblemHttpResult? Refusal)
{
    public static async Task<Admission> OfAsync(Plan plan, long dataBytes, TrainingSettings settings, ConcatDb db, CancellationToken cancel)
    {
        var queue = QueueOf(settings);
        var workers = await db
            .Workers.FromSql($"select * from workers where last_seen_at > now() - {JobLife.WorkerTimeout} and {queue} = any(queues)")
            .AsNoTracking()
            .ToListAsync(cancel);
        if (settings.Device == DeviceKind.Cuda || workers.Exists(worker => worker.MemoryBytes is null))
            return new(null, null);

        var needs = workers.ConvertAll(worker =>
            (Memory: JobMemory.Of(plan, dataBytes, settings, worker.Bfloat16), Bytes: worker.MemoryBytes!.Value)
        );
        if (needs.Count == 0)
            return new(JobMemory.Of(plan, dataBytes, settings, hasBFloat16: false).PredictedBytes, null);
        var (needed, there) = needs.MaxBy(each => (each.Memory.LargestBatch(each.Bytes), each.Bytes));
        if (needed.Excess(there, needs.Count == 1 ? "the worker" : "the largest worker") is not { } message)
            return new(needed.PredictedBytes, null);
        var problem = Problems.Invalid(new PointedError("/settings/batch_size", "memory_exceeded", message));
        problem.ProblemDetails.Extensions["memory"] = new Figures(needed.PredictedBytes, there, needed.LargestBatch(there));
        return new(needed.PredictedBytes, problem);
    }

    /// <summary>Where a job with these settings waits.</summary>
    public static string QueueOf(TrainingSettings settings) =>
        Queues.For(settings.Queue.ToString().ToLowerInvariant(), settings.Device.ToString().ToLowerInvariant());

    /// <param name="LargestBatchSize">0: not even one sample fits.</param>
    private sealed record Figures(long PredictedBytes, long AvailableBytes, long LargestBatchSize);
}
