using System.Threading.Channels;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>
/// From the training loop, which must not wait for a database, to the database, which likes batches. Bounded: a loop that is faster than
/// the database
/// for long waits in the end.
/// </summary>
internal sealed class Telemetry : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Channel<object> _reports = Channel.CreateBounded<object>(new BoundedChannelOptions(50_000) { SingleReader = true });
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
    /// <param name="begin">Runs before the first step is written.</param>
    public Telemetry(NpgsqlDataSource source, JobFence fence, Func<Task> begin)
    {
        (_source, _fence, _begin) = (source, fence, begin);
        _metrics = new MetricWriter(source);
        _events = new EventWriter(source);
        _writing = WriteAllAsync();
    }

    /// <summary>Fires when nothing can be written any more; <see cref="FlushAsync"/> then throws why.</summary>
    public CancellationToken Failed => _failed.Token;

    /// <summary>Takes a <see cref="MetricPoint"/>, a <see cref="NewEvent"/> or a <see cref="JobProgress"/>.</summary>
    public void Report(object report)
    {
        if (!_reports.Writer.TryWrite(report))
            _reports.Writer.WriteAsync(report, Failed).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Returns when everything reported before is written.</summary>
    public async Task FlushAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _reports.Writer.WriteAsync(written, Failed);
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
                var batch = new List<object>();
                while (_reports.Reader.TryRead(out var report))
                    batch.Add(report);
                await DatabaseRetry.ExecuteAsync(() => WriteAsync(batch));              // metrics written twice are there once
                foreach (var flush in batch.OfType<TaskCompletionSource>())
                    flush.SetResult();
                await _hurry.WaitAsync(Interval);
            }
        }
        catch
        {
            await _failed.CancelAsync();
            throw;
        }
    }

    private async Task WriteAsync(List<object> batch)
    {
        MetricPoint[] points = [.. batch.OfType<MetricPoint>()];
        if (points.Length > 0)
        {
            if (!_begun)
                await _begin();
            _begun = true;
            await _metrics.WriteAsync(_fence, points, CancellationToken.None);
        }
        if (batch.OfType<JobProgress>().LastOrDefault() is { } progress)
            await progress.WriteAsync(_source, _fence, CancellationToken.None);
        await _events.WriteAsync(_fence, [.. batch.OfType<NewEvent>()], CancellationToken.None);
    }
}
