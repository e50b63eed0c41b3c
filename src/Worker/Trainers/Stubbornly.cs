using System.Diagnostics;
using ConcatService.Worker.Protocol;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>A database that is away for less time than the lease lasts costs a pause and nothing else.</summary>
internal static class Stubbornly
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Does it, again and again while the database is away. What is done must bear being done twice.</summary>
    public static async Task<T> DoAsync<T>(Func<Task<T>> work)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return await work();
            }
            catch (NpgsqlException failure) when (failure.IsTransient && Stopwatch.GetElapsedTime(began) < Pulse.Trust)
            {
                await Task.Delay(Interval);
            }
        }
    }

    /// <inheritdoc cref="DoAsync{T}"/>
    public static Task DoAsync(Func<Task> work) => DoAsync(async () =>
    {
        await work();
        return true;
    });
}
