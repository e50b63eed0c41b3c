using System.Text.Json;
using ConcatService.Api.Errors;
using ConcatService.Domain.Specs;

namespace ConcatService.Api.Memory;

/// <summary>
/// How many specs are compiled at one time: as many as there are processors, and of the large ones, which hold tens of megabytes each, one.
/// More would not be done sooner. Never keep a turn while waiting for the database or the caller.
/// </summary>
internal sealed class CompilerTurns : IDisposable
{
    /// <summary>In layers: beyond it a compilation is no longer garbage before the collector runs.</summary>
    private const int Large = 3_000;

    /// <summary>A spec of ordinary size takes a millisecond, the largest a second or two.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount), _large = new(1);
    private readonly Turn _turn, _largeTurn;

    public CompilerTurns() => (_turn, _largeTurn) = (new(_free), new(_free, _large));

    /// <summary>For a network that is known to be one of ordinary size.</summary>
    /// <returns>Ends the turn when it is disposed.</returns>
    /// <exception cref="ProblemException">503: it would not come in time.</exception>
    public async ValueTask<IDisposable> TakeAsync(CancellationToken cancel)
    {
        await WaitAsync(_free, cancel);
        return _turn;
    }

    /// <inheritdoc cref="TakeAsync(CancellationToken)"/>
    /// <param name="spec">What is to be compiled.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async ValueTask<IDisposable> TakeAsync(JsonElement spec, CancellationToken cancel)
    {
        if (SpecSize.Of(spec) <= Large)
            return await TakeAsync(cancel);
        await WaitAsync(_large, cancel);
        try
        {
            await WaitAsync(_free, cancel);
        }
        catch
        {
            _large.Release();
            throw;
        }

        // All that a large compilation allocates lives until its report is written, and the collector would copy it while everybody waits.
        // It fits into a youngest generation that is empty, and is garbage before the next collection.
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        return _largeTurn;
    }

    public void Dispose()
    {
        _free.Dispose();
        _large.Dispose();
    }

    private static async ValueTask WaitAsync(SemaphoreSlim turns, CancellationToken cancel)
    {
        if (!await turns.WaitAsync(Patience, cancel))
            throw new ProblemException(
                Problems.Of(
                    503,
                    "service.busy",
                    $"Other specs are compiled, and this one waited {Patience.TotalSeconds} seconds. Try again in a moment."
                )
            );
    }

    private sealed class Turn(params SemaphoreSlim[] taken) : IDisposable
    {
        public void Dispose()
        {
            foreach (var each in taken)
                each.Release();
        }
    }
}
