using ConcatService.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Jobs;

public sealed class ClaimTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_fifty_claims_at_once_one_wins()
    {
        var job = await bench.QueueAsync();
        var claims = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(process => bench.Leases.ClaimAsync(job, JobBench.Worker, process, Cancel))
        );
        Assert.Single(claims, claim => claim is not null);

        await using var db = bench.Open();
        Assert.Equal(1, await db.JobAttempts.CountAsync(attempt => attempt.JobId == job, Cancel));
        Assert.Equal(1, await db.JobTransitions.CountAsync(transition => transition.JobId == job, Cancel));
    }

    [Fact]
    public async Task Of_fifty_claims_of_an_expired_lease_one_wins()
    {
        var first = await bench.ClaimAsync();
        await bench.ExpireAsync(first);
        var claims = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(process => bench.Leases.ClaimAsync(first.JobId, JobBench.Worker, process, Cancel))
        );
        Assert.Equal(2, Assert.Single(claims, claim => claim is not null)!.Value.Number);

        await using var db = bench.Open();
        var attempts = await db
            .JobAttempts.Where(attempt => attempt.JobId == first.JobId)
            .OrderBy(attempt => attempt.Number)
            .ToListAsync(Cancel);
        Assert.Equal([1, 2], attempts.Select(attempt => attempt.Number));
        Assert.NotNull(attempts[0].EndedAt);
        Assert.Null(attempts[1].EndedAt);
    }

    [Fact]
    public async Task A_held_job_cannot_be_claimed()
    {
        var fence = await bench.ClaimAsync();
        Assert.Null(await bench.Leases.ClaimAsync(fence.JobId, JobBench.Worker, 1, Cancel));
        await bench.MoveAsync(fence, JobState.Running);
        Assert.Null(await bench.Leases.ClaimAsync(fence.JobId, JobBench.Worker, 1, Cancel));
    }

    [Fact]
    public async Task A_claim_sets_the_lease_to_a_minute_and_counts_the_attempt()
    {
        var fence = await bench.ClaimAsync();
        var job = await bench.ReadAsync(fence.JobId);
        Assert.Equal(JobState.Starting, job.State);
        Assert.Equal((1L, 1, 1), (job.Fence, job.Attempt, job.AttemptsSinceCheckpoint));
        Assert.Equal(JobBench.Worker.Id, job.LeaseOwner);
        Assert.InRange((job.LeaseExpiresAt!.Value - job.StartedAt!.Value).TotalSeconds, 59, 61);
    }

    [Fact]
    public async Task A_renewal_holds_and_tells_what_is_asked()
    {
        var fence = await bench.ClaimAsync();
        await bench.ExpireAsync(fence);
        Assert.Equal(JobState.Starting, await bench.Leases.RenewAsync(fence, Cancel));
        Assert.True((await bench.ReadAsync(fence.JobId)).LeaseExpiresAt > DateTimeOffset.UtcNow.AddSeconds(50));

        await bench.CancelAsync(fence.JobId);
        Assert.Equal(JobState.Cancelling, await bench.Leases.ReadStateAsync(fence, Cancel));
        Assert.Equal(JobState.Cancelling, await bench.Leases.RenewAsync(fence, Cancel));
    }

    [Fact]
    public async Task A_renewal_under_an_old_fence_says_that_the_lease_is_lost()
    {
        var old = await bench.ClaimAsync();
        await bench.ExpireAsync(old);
        await bench.ClaimAsync(old.JobId);
        Assert.Null(await bench.Leases.RenewAsync(old, Cancel));
        Assert.Null(await bench.Leases.ReadStateAsync(old, Cancel));
    }
}
