using System.Text.Json;
using ConcatService.Api.Memory;

namespace ConcatService.Api.Tests.Memory;

/// <summary>Who may compile a spec, and when.</summary>
public sealed class CompilerTurnsTests : IDisposable
{
    private readonly CompilerTurns _turns = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Large_specs_are_compiled_one_after_another_and_others_do_not_wait_for_them()
    {
        var first = await _turns.TakeAsync(Spec(19_000), Cancel);
        var second = _turns.TakeAsync(Spec(19_000), Cancel).AsTask();
        for (var i = 0; i < 10 && Environment.ProcessorCount > 1; i++)
            (await _turns.TakeAsync(Spec(100), Cancel)).Dispose();
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
        (await _turns.TakeAsync(Spec(19_000), Cancel)).Dispose();
    }

    [Fact]
    public async Task Who_leaves_while_waiting_keeps_no_turn()
    {
        using var leave = new CancellationTokenSource();
        List<IDisposable> all = [];
        for (var i = 0; i < Environment.ProcessorCount; i++)
            all.Add(await _turns.TakeAsync(Cancel));
        var large = _turns.TakeAsync(Spec(19_000), leave.Token).AsTask();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        all.ForEach(turn => turn.Dispose());
        (await _turns.TakeAsync(Spec(19_000), Cancel)).Dispose();
    }

    public void Dispose() => _turns.Dispose();

    private static JsonElement Spec(int times) =>
        JsonSerializer.SerializeToElement(
            new { layers = new[] { new { type = "repeat", times, layers = new[] { new { type = "relu" } } } } }
        );
}
