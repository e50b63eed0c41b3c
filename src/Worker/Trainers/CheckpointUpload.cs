using System.Diagnostics;
using ConcatService.Persistence.Jobs;
using ConcatService.Training.Checkpoints;

namespace ConcatService.Worker.Trainers;

/// <summary>
/// From the training, which waits while its state goes into a local file, to the database, while it trains on. One at a time. What was
/// reported before a checkpoint is written before it, so that no metric is missing up to its step. However short the job's interval: it
/// writes no more than <see cref="MostBytesPerSecond"/>, so that it cannot fill the database's disk and log.
/// </summary>
internal sealed class CheckpointUpload(Checkpoints checkpoints, JobReporter reporter, CancellationToken stop) : IAsyncDisposable
{
    /// <summary>4 MiB/s: a checkpoint of 100 MiB every 25 s.</summary>
    public const double MostBytesPerSecond = 4 << 20;

    private Task _upload = Task.CompletedTask;
    private TimeSpan _rest;
    private long _taken;

    /// <summary>
    /// Waits for the state to be copied, not for the database, but for a checkpoint on the way when <paramref name="leave"/> has fired.
    /// False when there is one, or one was taken a moment ago.
    /// </summary>
    public bool Take(Checkpointing.Kept kept, CancellationToken leave)
    {
        if ((!_upload.IsCompleted || Stopwatch.GetElapsedTime(_taken) < _rest) && !leave.IsCancellationRequested)
            return false;
        TrainingThread.Wait(_upload);
        _taken = Stopwatch.GetTimestamp();
        var file = Nameless();
        kept.Write(file);
        _rest = TimeSpan.FromSeconds(file.Length / MostBytesPerSecond);
        _upload = UploadAsync(kept.Step, kept.Epoch, file);
        return true;
    }

    /// <summary>
    /// The newest checkpoint, to be disposed; null for a job that has none. Metrics of later steps are forgotten: those steps are taken
    /// again.
    /// </summary>
    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public async Task<Stream?> OpenNewestAsync()
    {
        var file = Nameless();
        var step = await DatabaseRetry.ExecuteAsync(() => checkpoints.ReadNewestAsync(file, stop));
        await DatabaseRetry.ExecuteAsync(() => checkpoints.ForgetMetricsAfterAsync(step ?? 0, stop));
        if (step is null)
        {
            await file.DisposeAsync();
            return null;
        }

        var resumed = new NewEvent("info", "resumed", $"Resumes from the checkpoint of step {step:N0}.", $$"""{ "step": {{step}} }""");
        reporter.Report(new JobReport.Event(resumed));
        return file;
    }

    /// <summary>Returns when what was taken is stored.</summary>
    public Task FinishAsync() => _upload;

    public async ValueTask DisposeAsync() => await _upload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task UploadAsync(long step, int epoch, FileStream file)
    {
        await using (file)
        {
            await reporter.FlushAsync();
            await DatabaseRetry.ExecuteAsync(() =>
            {
                file.Position = 0;
                return checkpoints.AddAsync(step, epoch, file, CancellationToken.None);
            });
        }
    }

    /// <summary>A file that is gone with this process, however that ends.</summary>
    public static FileStream Nameless()
    {
        var path = Path.GetTempFileName();
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        return file;
    }
}
