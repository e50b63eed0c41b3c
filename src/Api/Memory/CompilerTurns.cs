using ConcatService.Api.Errors;

namespace ConcatService.Api.Memory;

/// <summary>
/// How many specs are compiled at one time: as many as there are processors. More would not be done sooner, and the largest hold a hundred
/// megabytes each. Never keep a turn while waiting for the database or the caller.
/// </summary>
internal sealed class CompilerTurns : IDisposable
{
    /// <summary>A spec of ordinary size takes a millisecond, the largest a second or two.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount);
    private readonly Turn _turn;

    public CompilerTurns() => _turn = new(_free);

    /// <returns>Ends the turn when it is disposed.</returns>
    /// <exception cref="ProblemException">503: it would not come in time.</exception>
    public async ValueTask<IDisposable> TakeAsync(CancellationToken cancel) =>
        await _free.WaitAsync(Patience, cancel)
            ? _turn
            : throw new ProblemException(
                Problems.Of(
                    503,
                    "service.busy",
                    $"Other specs are compiled, and this one waited {Patience.TotalSeconds} seconds. Try again in a moment."
                )
            );

    public void Dispose() => _free.Dispose();

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
