using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Persistence.Retention;

/// <summary>
/// A sweep every hour, in turns of about a second, so that what else maintenance does never waits long for it. The next turn goes on where
/// the last one ended.
/// </summary>
public sealed partial class RetentionTurns(RetentionSweep sweep, TimeProvider time, ILogger<RetentionTurns> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1), Turn = TimeSpan.FromSeconds(1);

    private readonly Dictionary<RetentionKind, Removed> _removed = [];
    private IAsyncEnumerator<Removed>? _batches;
    private long? _ended;

    public async Task NextAsync(CancellationToken cancel)
    {
        if (_batches is null && _ended is { } ended && time.GetElapsedTime(ended) < Interval)
            return;
        _batches ??= sweep.RunAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        var began = time.GetTimestamp();
        try
        {
            while (await _batches.MoveNextAsync())
            {
                Count(_batches.Current);
                if (time.GetElapsedTime(began) >= Turn || cancel.IsCancellationRequested)
                    return;
            }
        }
        catch (NpgsqlException)
        {
            await EndAsync();                                                   // the next turn begins anew
            throw;
        }

        await EndAsync();
        _ended = time.GetTimestamp();
        foreach (var (kind, rows, bytes) in _removed.Values)
            Deleted(rows, kind.Name(), bytes);
        _removed.Clear();
    }

    private void Count(Removed batch)
    {
        var before = _removed.GetValueOrDefault(batch.Kind);
        _removed[batch.Kind] = new(batch.Kind, before.Rows + batch.Rows, before.Bytes + batch.Bytes);
    }

    private async Task EndAsync()
    {
        if (_batches is not null)
            await _batches.DisposeAsync();
        _batches = null;
    }

    [LoggerMessage(1013, LogLevel.Information, "Retention deleted {Rows} rows of {Kind} with {Bytes} bytes")]
    private partial void Deleted(long rows, string kind, long bytes);
}
