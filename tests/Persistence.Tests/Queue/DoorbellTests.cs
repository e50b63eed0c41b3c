using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Queue;

public sealed class DoorbellTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_job_rings_once_with_its_id_and_nothing_else()
    {
        var job = await bench.QueueAsync(ring: true);
        Assert.Equal(["c-normal"], await bench.BellsAsync(job));
    }

    [Fact]
    public async Task A_queued_job_without_a_doorbell_rings_again_and_then_not_again()
    {
        var job = await bench.QueueAsync();
        await AgeAsync(job);
        await bench.Get<Doorbells>().RingMissingAsync(Cancel);
        await bench.Get<Doorbells>().RingMissingAsync(Cancel);
        Assert.Equal(["c-normal"], await bench.BellsAsync(job));
    }

    [Fact]
    public async Task A_job_queued_a_moment_ago_is_left_to_the_process_that_queued_it()
    {
        var job = await bench.QueueAsync();
        await bench.Get<Doorbells>().RingMissingAsync(Cancel);
        Assert.Empty(await bench.BellsAsync(job));
    }

    [Fact]
    public async Task A_doorbell_that_was_heard_by_a_worker_who_died_rings_again()
    {
        var job = await bench.QueueAsync(ring: true);
        await AgeAsync(job);
        await bench.ExecuteAsync("update hangfire.jobqueue set fetchedat = now() where @job is not null", job);
        await bench.Get<Doorbells>().RingMissingAsync(Cancel);
        Assert.Equal(2, (await bench.BellsAsync(job)).Length);
    }

    [Fact]
    public async Task One_round_of_maintenance_reaps_and_rings_and_a_second_process_stays_out()
    {
        var fence = await bench.ClaimAsync();
        await bench.ExpireAsync(fence);
        var maintenance = bench.Create<Maintenance>();
        await Task.WhenAll(maintenance.TickAsync(Cancel), maintenance.TickAsync(Cancel), maintenance.TickAsync(Cancel));
        Assert.Equal(["a-resume"], await bench.BellsAsync(fence.JobId));
    }

    [Fact]
    public async Task Answers_under_idempotency_keys_are_forgotten_after_two_days()
    {
        await using var db = bench.Open();
        IdempotencyKey Key(string key, double hours) =>
            new()
            {
                TeamId = bench.TeamId,
                Route = "POST /v1/jobs",
                Key = key,
                RequestHash = "",
                CreatedAt = DateTimeOffset.UtcNow - TimeSpan.FromHours(hours),
            };
        db.AddRange(Key("old", 48.1), Key("young", 47.9));
        await db.SaveChangesAsync(Cancel);
        await bench.Create<Maintenance>().TickAsync(Cancel);
        Assert.Equal("young", (await db.IdempotencyKeys.AsNoTracking().SingleAsync(Cancel)).Key);
    }

    private Task AgeAsync(Guid job) => bench.ExecuteAsync("update jobs set queued_at = now() - interval '5 seconds' where id = @job", job);
}
