using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Models;
using ConcatService.Persistence.Storage;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>A claimed job, and all that its training may write: everything under the fence of its claim.</summary>
internal sealed class TrainerContext : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly JobFence _fence;
    private readonly string _worker;
    private readonly JobTransitions _transitions;
    private readonly CancellationTokenSource _stop;

    private TrainerContext(
        NpgsqlDataSource source,
        JobFence fence,
        string worker,
        ClaimedJob job,
        CancellationToken stop,
        CancellationToken leave
    )
    {
        _source = source;
        _fence = fence;
        _worker = worker;
        _transitions = new JobTransitions(source);
        Reporter = new JobReporter(source, fence, () => TryMoveAsync(JobState.Running, "The first training step is done."));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop, Reporter.Failed);
        Leave = leave;
        Job = job;
        Checkpoints = new CheckpointUpload(new Checkpoints(source, fence), Reporter, Stop);
    }

    /// <summary>What to train.</summary>
    public ClaimedJob Job { get; }

    /// <summary>Null before <see cref="PredictAsync"/>.</summary>
    public long? PredictedMemoryBytes { get; private set; }

    /// <summary>Takes what the training reports.</summary>
    public JobReporter Reporter { get; }

    /// <summary>Where the training is kept.</summary>
    public CheckpointUpload Checkpoints { get; }

    /// <summary>Fires when the job is cancelled, somebody else has it, or nothing can be written any more. Look at it every step.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Fires when the job is paused or the worker leaves: write a checkpoint, then end. Look at it every step.</summary>
    public CancellationToken Leave { get; }

    /// <summary>Retries from the first statement: the connection that a spare keeps open may have died with its server meanwhile.</summary>
    public static async Task<TrainerContext> OpenAsync(
        NpgsqlDataSource source,
        JobFence fence,
        string worker,
        CancellationToken stop,
        CancellationToken leave
    ) => new(source, fence, worker, await DatabaseRetry.ExecuteAsync(() => ClaimedJob.ReadAsync(source, fence, stop)), stop, leave);

    /// <summary>Stores the peak memory that the training is predicted to need.</summary>
    public Task PredictAsync(long memoryBytes)
    {
        PredictedMemoryBytes = memoryBytes;
        return new JobPrediction(memoryBytes).WriteAsync(_source, _fence, CancellationToken.None);
    }

    /// <summary>Training is over: what was reported is written, and the job becomes <c>finalizing</c>.</summary>
    /// <exception cref="StaleFenceException">Someone asked for the end, or another attempt has the job.</exception>
    public async Task FinalizeAsync(string reason = "Training is over; the model is exported and compared.")
    {
        await FlushAsync();
        if (!await TryMoveAsync(JobState.Finalizing, reason))
            throw new StaleFenceException(_fence);
    }

    /// <summary>Ends a <c>finalizing</c> job that makes no model as succeeded.</summary>
    /// <exception cref="StaleFenceException">Someone asked for the end, or another attempt has the job.</exception>
    public async Task SucceedAsync(string resultJson, string reason)
    {
        await FlushAsync();
        var end = new JobMove(Job.Id, JobState.Succeeded, reason, _worker) { Fence = _fence.Number, Result = resultJson };
        if (!await DatabaseRetry.ExecuteAsync(() => _transitions.TryMoveAsync(end, CancellationToken.None)))
            throw new StaleFenceException(_fence);
    }

    /// <summary>What the job's team has stored.</summary>
    public TeamStore Store => new(_source, _fence.TeamId, Stop);

    /// <summary>Stores bytes for <see cref="PublishAsync"/>.</summary>
    public Task<BlobStore.Stored> StoreAsync(Stream content) => DatabaseRetry.ExecuteAsync(() =>
    {
        content.Position = 0;
        return new BlobStore(_source).PutAsync(_fence.TeamId, content, CancellationToken.None);
    });

    /// <summary>Adds the model's version and ends the job as succeeded. Returns the version.</summary>
    /// <exception cref="StaleFenceException">Someone asked for the end, or another attempt has the job.</exception>
    public async Task<int> PublishAsync(NewModelVersion model, string resultJson)
    {
        await FlushAsync();
        return await DatabaseRetry.ExecuteAsync(() =>
            new ModelRegistry(_source).PublishAsync(_fence, model, resultJson, _worker, CancellationToken.None)
        );
    }

    /// <summary>Ends the job as failed.</summary>
    public async Task FailAsync(JobFailure failure)
    {
        var end = new JobMove(Job.Id, JobState.Failed, failure.Message, _worker) { Fence = _fence.Number, Error = failure };
        // refused when someone asked for the end first: then that is how it ends
        await DatabaseRetry.ExecuteAsync(() => _transitions.TryMoveAsync(end, CancellationToken.None));
    }

    /// <summary>Returns when everything that was reported is in the database.</summary>
    public Task FlushAsync() => Reporter.FlushAsync();

    public async ValueTask DisposeAsync()
    {
        await Checkpoints.DisposeAsync();
        await Reporter.DisposeAsync();
        _stop.Dispose();
    }

    private Task<bool> TryMoveAsync(JobState to, string reason) => DatabaseRetry.ExecuteAsync(() =>
        _transitions.TryMoveAsync(new JobMove(Job.Id, to, reason, _worker) { Fence = _fence.Number }, CancellationToken.None));
}
