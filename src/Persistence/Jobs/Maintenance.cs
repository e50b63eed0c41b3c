using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Retention;
using ConcatService.Persistence.Studies;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>
/// Every few seconds: takes back leases that expired or whose workers are silent, rings for queued jobs without a doorbell, forgets dead
/// workers, ends studies and stops their variants, every ten minutes answers that nobody will ask for again, and every hour what is older
/// than it is to be kept. Any process may host it; an advisory lock lets one at a time do the work.
/// </summary>
public sealed partial class Maintenance(
    NpgsqlDataSource source,
    JobLeases leases,
    Doorbells doorbells,
    WorkerRegistry workers,
    JobTallies tallies,
    RetentionTurns retention,
    StudyStore studies,
    TimeProvider time,
    ILogger<Maintenance> log
) : BackgroundService
{
    private const long LockKey = 0x436F6E636174;                                // "Concat"
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3), SweepInterval = TimeSpan.FromMinutes(10);
    private long? _swept, _heard;
    private long _answersSince;

    /// <summary>One round. Does nothing where another process is at it.</summary>
    public async Task TickAsync(CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        Hear();
        // the lock's scope; the work has transactions of its own
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand("select pg_try_advisory_xact_lock(@key)", connection, transaction);
        command.Parameters.AddWithValue("key", LockKey);
        if (await command.ExecuteScalarAsync(cancel) is not true)
            return;

        if (await leases.ReclaimExpiredAsync(cancel) is > 0 and var reaped)
            Reaped(reaped);
        Hear();                                                                 // it may have hung in this round
        if (IsHeard && await leases.ReclaimSilentAsync(cancel) is > 0 and var silent)
            TookFromSilent(silent);
        if (await doorbells.RingMissingAsync(cancel) is > 0 and var rung)
            RungAgain(rung);
        await workers.RemoveSilentAsync(cancel);
        await tallies.FoldAsync(cancel);
        if (_swept is not { } swept || time.GetElapsedTime(swept) >= SweepInterval)
        {
            await SweepAsync(cancel);
            _swept = time.GetTimestamp();
        }

        await retention.NextAsync(cancel);
        await studies.SettleAsync(cancel);
        Hear();
    }

    /// <summary>
    /// Whether the database has answered this process in each round for longer than workers may be silent: then silence is theirs. The time
    /// of two rounds more, in which those report that come back to it later than we do.
    /// </summary>
    private bool IsHeard => time.GetElapsedTime(_answersSince) > JobLife.WorkerSilence + 2 * Interval;

    private void Hear()
    {
        if (_heard is not { } heard || time.GetElapsedTime(heard) > 2 * Interval)
            _answersSince = time.GetTimestamp();
        _heard = time.GetTimestamp();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TickAsync(stoppingToken);
            }
            catch (NpgsqlException failure)
            {
                Failed(failure.Message);                                        // the database is away: the next round tries again
            }
        }
    }

    /// <summary>
    /// Forgets answers to calls with an <c>Idempotency-Key</c> that are too old to be given again, and sessions that ended.
    /// </summary>
    private async Task SweepAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            """
            with ended as (delete from sessions where expires_at < now())
            delete from idempotency_keys where created_at < now() - @memory
            """
        );
        command.Parameters.AddWithValue("memory", IdempotencyKey.Memory);
        await command.ExecuteNonQueryAsync(cancel);
    }

    [LoggerMessage(1010, LogLevel.Warning, "{Count} jobs lost their worker: their leases expired and were reclaimed")]
    private partial void Reaped(int count);

    [LoggerMessage(1017, LogLevel.Warning, "{Count} jobs were taken from workers that were not heard of for 10 s")]
    private partial void TookFromSilent(int count);

    [LoggerMessage(1011, LogLevel.Warning, "{Count} queued jobs were missing from the queue and were enqueued again")]
    private partial void RungAgain(int count);

    [LoggerMessage(1012, LogLevel.Error, "Maintenance could not reach the database and tries again in seconds: {Problem}")]
    private partial void Failed(string problem);
}
