using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;

namespace ConcatService.Persistence.Tests.Jobs;

public sealed class LeaseReturnTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_given_back_queues_the_job_again_and_rings_in_the_resume_queue()
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, JobState.Running);
        Assert.Equal(JobState.Queued, await bench.Leases.ReleaseAsync(fence, "The trainer died.", counts: true, Cancel));

        var job = await bench.ReadAsync(fence.JobId);
        Assert.Equal(JobState.Queued, job.State);
        Assert.Null(job.LeaseOwner);
        Assert.Equal(["a-resume"], await bench.BellsAsync(fence.JobId));
        Assert.Equal(2, (await bench.ClaimAsync(fence.JobId)).Number);
    }

    [Fact]
    public async Task The_third_attempt_lost_without_a_checkpoint_fails_the_job()
    {
        var job = await bench.QueueAsync();
        for (var attempt = 1; attempt <= 3; attempt++)
            await bench.Leases.ReleaseAsync(await bench.ClaimAsync(job), "The trainer died.", counts: true, Cancel);

        var failed = await bench.ReadAsync(job);
        Assert.Equal(JobState.Failed, failed.State);
        Assert.NotNull(failed.FinishedAt);
        Assert.Equal("infrastructure", failed.Error!.Value.GetProperty("class").GetString());
        Assert.Equal("poison", failed.Error!.Value.GetProperty("code").GetString());
        Assert.Contains("The trainer died.", failed.Error!.Value.GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_orderly_shutdown_does_not_count_as_an_attempt()
    {
        var job = await bench.QueueAsync();
        for (var attempt = 1; attempt <= 5; attempt++)
            await bench.Leases.ReleaseAsync(await bench.ClaimAsync(job), "The worker shut down.", counts: false, Cancel);
        Assert.Equal(JobState.Queued, (await bench.ReadAsync(job)).State);
    }

    [Fact]
    public async Task The_reaper_takes_back_expired_leases_and_no_others()
    {
        var expired = await bench.ClaimAsync();
        var alive = await bench.ClaimAsync();
        await bench.ExpireAsync(expired);
        await bench.Get<JobLeases>().ReclaimExpiredAsync(Cancel);
        Assert.Equal(JobState.Queued, (await bench.ReadAsync(expired.JobId)).State);
        Assert.Equal(JobState.Starting, (await bench.ReadAsync(alive.JobId)).State);
        Assert.Equal(["a-resume"], await bench.BellsAsync(expired.JobId));
    }

    [Fact]
    public async Task The_reaper_ends_what_was_asked_to_stop()
    {
        var fence = await bench.ClaimAsync();
        await bench.CancelAsync(fence.JobId);
        await bench.ExpireAsync(fence);
        await bench.Leases.ReclaimExpiredAsync(Cancel);
        Assert.Equal(JobState.Cancelled, (await bench.ReadAsync(fence.JobId)).State);
        Assert.Empty(await bench.BellsAsync(fence.JobId));
    }

    [Fact]
    public async Task Leases_of_a_lost_worker_are_taken_back_before_they_expire()
    {
        var lost = JobBench.Worker with { ProcessId = 5 };
        var fence = (await bench.Leases.ClaimAsync(await bench.QueueAsync(), lost, 1, Cancel))!.Value;
        var other = await bench.ClaimAsync();
        Assert.Equal(1, await bench.Leases.ReclaimFromAsync([lost.Id], Cancel));
        Assert.Equal(JobState.Queued, (await bench.ReadAsync(fence.JobId)).State);
        Assert.Equal(JobState.Starting, (await bench.ReadAsync(other.JobId)).State);
    }

    [Fact]
    public async Task A_job_that_ended_in_time_is_not_given_back()
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, JobState.Failed);
        Assert.Null(await bench.Leases.ReleaseAsync(fence, "The trainer died.", counts: true, Cancel));
        Assert.Equal(JobState.Failed, (await bench.ReadAsync(fence.JobId)).State);
    }

    [Fact]
    public async Task A_lost_lease_leads_from_each_state_to_what_JobLife_says()
    {
        foreach (var (held, attempts) in JobLife.Held.SelectMany(held => new[] { (held, 1), (held, JobLife.PoisonAttempts) }))
        {
            var fence = await bench.ClaimAsync();
            await bench.ExecuteAsync(
                $"update jobs set state = '{held.Name()}', attempts_since_checkpoint = {attempts} where id = @job",
                fence.JobId
            );
            var after = await bench.Leases.ReleaseAsync(fence, "The trainer died.", counts: true, Cancel);
            Assert.Equal(JobLife.AfterLostLease(held, isPoisoned: attempts >= JobLife.PoisonAttempts), after);
        }
    }

    [Fact]
    public async Task A_claim_takes_a_job_from_the_states_that_JobLife_lets_go_to_starting()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            var job = await bench.QueueAsync();
            await bench.ExecuteAsync(
                $"update jobs set state = '{state.Name()}', lease_expires_at = now() - interval '1 second' where id = @job",
                job
            );
            var fence = await bench.Leases.ClaimAsync(job, JobBench.Worker, 1, Cancel);
            Assert.Equal(JobLife.Allows(state, JobState.Starting), fence is not null);
        }
    }
}
