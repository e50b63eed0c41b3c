using ConcatService.Api.Errors;
using Npgsql;

namespace ConcatService.Api.Database;

/// <summary>
/// Whether the database answers. One that refuses is known from its refusal; one that hangs, or a network that swallows, only from waiting,
/// and each caller would wait on its own, for a minute: Npgsql's cancellation waits for the server, too. So one connection asks twice a
/// second, and whoever needs the database looks here.
/// </summary>
/// <param name="grace">How long what was last known serves on without it. <c>Service:DatabaseGraceSeconds</c>; default 15 minutes.</param>
internal sealed partial class DatabaseWatch(string connectionString, TimeSpan grace, TimeProvider time, ILogger<DatabaseWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>With the interval less than the five seconds in which every caller has an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>For an answer that is better than what is known, but not needed.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
    private CancellationTokenSource _away = new();
    private NpgsqlConnection? _connection;
    private long _answered = time.GetTimestamp();

    public bool IsAway => Away.IsCancellationRequested;

    /// <summary>Canceled as soon as the database is found to be away. Take it again for each use.</summary>
    public CancellationToken Away => Volatile.Read(ref _away).Token;

    /// <summary>Whether the last answer is due for a moment: nobody should wait for what is only better than what is known.</summary>
    private bool IsLate => time.GetElapsedTime(Interlocked.Read(ref _answered)) > Interval + Moment;

    /// <summary>
    /// What is being read, or, where the database does not give it at once, what is known, which is not older than the grace.
    /// </summary>
    /// <param name="age">Of what is known.</param>
    /// <exception cref="ProblemException">503: what is known is too old, and the database is away.</exception>
    public async Task<T> NewerAsync<T>(Func<CancellationToken, Task<T>> read, T known, TimeSpan age, CancellationToken cancel)
    {
        if (age > grace)
            return await AnswerAsync(read, cancel);
        if (IsAway || IsLate)
            return known;
        try
        {
            return await read(cancel).WaitAsync(Moment, time, cancel);
        }
        catch (Exception away) when (away is TimeoutException || ExceptionProblems.IsDatabaseGone(away))
        {
            return known;
        }
    }

    /// <summary>What is read from the database, waited for no longer than until it is found to be away.</summary>
    /// <exception cref="ProblemException">503: it is away.</exception>
    public async Task<T> AnswerAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancel)
    {
        var away = Away;
        if (away.IsCancellationRequested)
            throw new ProblemException(Problems.DatabaseAway());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, away);
        try
        {
            return await read(cancel).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (away.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new ProblemException(Problems.DatabaseAway());
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var answers = await AnswersAsync(stoppingToken);
            if (answers == IsAway)
                Turn(answers);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override void Dispose()
    {
        base.Dispose();
        _connection?.Dispose();
        _away.Dispose();
    }

    private void Turn(bool answers)
    {
        if (answers)
        {
            Volatile.Write(ref _away, new());
            IsBack();
        }
        else
        {
            IsSilent(Patience.TotalSeconds);
            _away.Cancel();
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        var asked = AskAsync(cancel);
        try
        {
            await asked.WaitAsync(Patience, time, cancel);
            Interlocked.Exchange(ref _answered, time.GetTimestamp());
            return true;
        }
        catch (Exception silent) when (silent is TimeoutException or NpgsqlException)
        {
            // What was asked is left to itself: it may need a minute to end.
            _connection = null;
            return false;
        }
    }

    private async Task AskAsync(CancellationToken cancel)
    {
        if (_connection is { } kept)
        {
            try
            {
                await AskAsync(kept, cancel);
                return;
            }
            catch (NpgsqlException)
            {
                // A connection may also end alone, as when somebody terminates it: then another one answers.
                _connection = null;
                await kept.DisposeAsync();
            }
        }

        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancel);
            await AskAsync(connection, cancel);
            _connection = connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task AskAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(cancel);
    }

    [LoggerMessage(2012, LogLevel.Error, "The database refuses, or has not answered for {Seconds} s: calls that need it are refused")]
    private partial void IsSilent(double seconds);

    [LoggerMessage(2013, LogLevel.Warning, "The database answers again")]
    private partial void IsBack();
}
