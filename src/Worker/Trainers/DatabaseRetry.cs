using System.Diagnostics;
using ConcatService.Worker.Protocol;
using Npgsql;
using Polly;
using Polly.Retry;

namespace ConcatService.Worker.Trainers;

/// <summary>
/// Retries database work while the database is unreachable, for as long as the lease lasts. The work must be idempotent.
/// </summary>
internal static class DatabaseRetry
{
    private static readonly ResiliencePropertyKey<long> Began = new("began");

    private static readonly ResiliencePipeline Pipeline = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is NpgsqlException { IsTransient: true }
                && Stopwatch.GetElapsedTime(arguments.Context.Properties.GetValue(Began, 0)) < Heartbeat.Timeout),
            Delay = TimeSpan.FromMilliseconds(250),
            BackoffType = DelayBackoffType.Constant,
            MaxRetryAttempts = int.MaxValue, // time is the limit: an attempt may fail at once or after 15 s
        })
        .Build();

    /// <exception cref="NpgsqlException">
    /// It is not transient, or <see cref="Heartbeat.Timeout"/> has passed since the first attempt.
    /// </exception>
    public static async Task<T> ExecuteAsync<T>(Func<Task<T>> work)
    {
        var context = ResilienceContextPool.Shared.Get();
        context.Properties.Set(Began, Stopwatch.GetTimestamp());
        try
        {
            return await Pipeline.ExecuteAsync(async _ => await work(), context);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <inheritdoc cref="ExecuteAsync{T}"/>
    public static Task ExecuteAsync(Func<Task> work) => ExecuteAsync(async () =>
    {
        await work();
        return true;
    });
}
