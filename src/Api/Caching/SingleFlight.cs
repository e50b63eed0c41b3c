using System.Collections.Concurrent;

namespace ConcatService.Api.Caching;

/// <summary>
/// One lookup for all who want the same at once: when something that is kept for a moment has run out, a busy server must not ask for it a
/// hundred times.
/// </summary>
internal sealed class SingleFlight<TKey, T> where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Task<T>> _flying = new();

    /// <param name="find">Belongs to all who wait: one who leaves does not end it.</param>
    public Task<T> RunAsync(TKey key, Func<Task<T>> find, CancellationToken cancel)
    {
        if (_flying.TryGetValue(key, out var flying))
            return flying.WaitAsync(cancel);
        var mine = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _flying.GetOrAdd(key, mine.Task);
        if (first == mine.Task)
            _ = FlyAsync(key, find, mine);
        return first.WaitAsync(cancel);
    }

    private async Task FlyAsync(TKey key, Func<Task<T>> find, TaskCompletionSource<T> mine)
    {
        try
        {
            var found = await find();
            _flying.TryRemove(key, out _);
            mine.SetResult(found);
        }
        catch (Exception failure)                               // for those who wait
        {
            _flying.TryRemove(key, out _);
            mine.SetException(failure);
        }
    }
}
