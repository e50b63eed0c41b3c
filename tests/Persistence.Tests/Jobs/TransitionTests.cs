using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Jobs;

public sealed class TransitionTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_allowed_pairs_of_states_may_follow_each_other()
    {
        foreach (var from in Enum.GetValues<JobState>())
        {
            foreach (var to in Enum.GetValues<JobState>())
            {
                var job = await bench.QueueAsync();
                await bench.ExecuteAsync($"update jobs set state = '{from.Name()}' where id = @job", job);
                var moved = await bench.Transitions.TryMoveAsync(new JobMove(job, to, "test", "test"), Cancel);
                Assert.True(moved == JobLife.Allows(from, to), $"{from} to {to}: {moved}");
            }
        }
    }

    [Fact]
    public async Task Nothing_follows_a_terminal_state()
    {
        foreach (var terminal in new[] { JobState.Succeeded, JobState.Failed, JobState.Cancelled })
            Assert.DoesNotContain(Enum.GetValues<JobState>(), to => JobLife.Allows(terminal, to));
    }

    [Fact]
    public async Task Each_transition_leaves_a_row_and_an_event()
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, JobState.Running, JobState.Failed);
        await using var db = bench.Open();
        var path = await db
            .JobTransitions.Where(row => row.JobId == fence.JobId)
            .OrderBy(row => row.Id)
            .Select(row => row.ToState)
            .ToListAsync(Cancel);
        Assert.Equal([JobState.Starting, JobState.Running, JobState.Failed], path);
        var events = await db.JobEvents.Where(row => row.JobId == fence.JobId).OrderBy(row => row.Sequence).ToListAsync(Cancel);
        Assert.Equal([1, 2, 3], events.Select(row => row.Sequence));
        Assert.Equal(["info", "info", "error"], events.Select(row => row.Level));
    }

    [Fact]
    public async Task A_worker_with_an_old_fence_moves_nothing()
    {
        var old = await bench.ClaimAsync();
        await bench.ExpireAsync(old);
        await bench.ClaimAsync(old.JobId);
        Assert.False(
            await bench.Transitions.TryMoveAsync(new JobMove(old.JobId, JobState.Running, "late", "test") { Fence = old.Number }, Cancel)
        );
    }

    [Fact]
    public async Task Of_fifty_moves_at_once_one_wins()
    {
        var fence = await bench.ClaimAsync();
        var moves = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            bench.Transitions.TryMoveAsync(new JobMove(fence.JobId, JobState.Running, "race", "test") { Fence = fence.Number }, Cancel)));
        Assert.Single(moves, moved => moved);
    }
}
