using System.Threading.Channels;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using ConcatService.Training;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>
/// The only way from the training to the database: the training thread puts reports into a bounded channel and goes on; a task takes them
/// out in batches, a few times a second, and writes them under the job's fence. A training that is faster than the database for long waits
/// in the end.
/// </summary>
internal sealed class JobReporter : IAsyncDisposable
{
    /// <summary>Reports under way, at most: of a small network some minutes.</summary>
    private const int Capacity = 50_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Channel<JobReport> _reports =
        Channel.CreateBounded<JobReport>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly NpgsqlDataSource _source;
    private readonly JobFence _fence;
    private readonly Func<Task> _begin;
    private readonly MetricWriter _metrics;
    private readonly EventWriter _events;
    private readonly SemaphoreSlim _hurry = new(0);
    private readonly CancellationTokenSource _failed = new();
    private readonly Task _writing;
    private bool _begun;

    /// <param name="source">The database.</param>
    /// <param name="fence">The claim under which everything is written.</param>
    /// <param name="begin">Runs before the first metric is written.</param>
    public JobReporter(NpgsqlDataSource source, JobFence fence, Func<Task> begin)
    {
        (_source, _fence, _begin) = (source, fence, begin);
        (_metrics, _events) = (new(source), new(source));
        _writing = WriteAllAsync();
    }

    /// <summary>Fires when nothing can be written any more; <see cref="FlushAsync"/> then throws why.</summary>
    public CancellationToken Failed => _failed.Token;

    /// <summary>Returns at once, unless the channel is full.</summary>
    public void Report(TrainingReport report)
    {
        foreach (var part in JobReport.Of(report))
            Report(part);
    }

    /// <inheritdoc cref="Report(TrainingReport)"/>
    public void Report(JobReport report)
    {
        if (!_reports.Writer.TryWrite(report))
            TrainingThread.Wait(_reports.Writer.WriteAsync(report, Failed).AsTask());
    }

    /// <summary>Returns when everything reported before is written.</summary>
    public async Task FlushAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _reports.Writer.WriteAsync(new JobReport.Flush(written), Failed);
            _hurry.Release();
        }
        catch (OperationCanceledException)
        {
            // The writer has failed; its task says why.
        }

        await await Task.WhenAny(written.Task, _writing);
    }

    public async ValueTask DisposeAsync()
    {
        _reports.Writer.TryComplete();
        _hurry.Release();
        await _writing;
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (await _reports.Reader.WaitToReadAsync())
            {
                var batch = new List<JobReport>();
                while (_reports.Reader.TryRead(out var report))
                    batch.Add(report);
                await DatabaseRetry.ExecuteAsync(() => WriteAsync(batch));      // metrics written twice are there once
                foreach (var flush in batch.OfType<JobReport.Flush>())
                    flush.Written.SetResult();
                await _hurry.WaitAsync(Interval);
            }
        }
        catch
        {
            await _failed.CancelAsync();
            throw;
        }
    }

    private async Task WriteAsync(List<JobReport> batch)
    {
        foreach (var facts in batch.OfType<JobReport.Facts>())
            await facts.Value.WriteAsync(_source, _fence, CancellationToken.None);
        MetricPoint[] points = [.. batch.OfType<JobReport.Metric>().Select(metric => metric.Value)];
        if (points.Length > 0)
        {
            if (!_begun)
                await _begin();
            _begun = true;
            await _metrics.WriteAsync(_fence, points, CancellationToken.None);
        }

        if (batch.OfType<JobReport.Progress>().LastOrDefault() is { } progress)
            await progress.Value.WriteAsync(_source, _fence, CancellationToken.None);
        NewEvent[] events = [.. batch.OfType<JobReport.Event>().Select(each => each.Value)];
        await _events.WriteAsync(_fence, events, CancellationToken.None);
    }
}
