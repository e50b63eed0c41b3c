using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;

namespace ConcatService.Persistence.Tests.Jobs;

/// <summary>Whose turn it is when several teams wait. Each test takes turns as one worker or several would.</summary>
public sealed class FairShareTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly JobBench _bench = new(postgres);
    private int _teams;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _bench.InitializeAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task One_team_with_many_jobs_holds_the_others_up_for_one_job_at_most()
    {
        var (many, one, other) = (await TeamAsync(), await TeamAsync(), await TeamAsync());
        await QueueAsync(many, 2000);
        Assert.Equal(many, await TurnAsync());
        await QueueAsync(one, 2);
        await QueueAsync(other, 2);
        int[] turns = [await TurnAsync(), await TurnAsync(), await TurnAsync(), await TurnAsync(), await TurnAsync(), await TurnAsync()];
        Assert.Equal([one, other, many, one, other, many], turns);
        Assert.Equal(many, await TurnAsync());
    }

    [Fact]
    public async Task Workers_are_shared_by_weight()
    {
        var (light, heavy) = (await TeamAsync(), await TeamAsync(new TeamQuota { Weight = 2 }));
        await QueueAsync(light, 20);
        await QueueAsync(heavy, 20);
        var held = new List<int>();
        for (var worker = 0; worker < 9; worker++)
            held.Add((await ClaimAsync())!.Value.TeamId);
        Assert.Equal((3, 6), (held.Count(team => team == light), held.Count(team => team == heavy)));
    }

    [Fact]
    public async Task A_team_that_runs_as_many_as_it_may_has_no_turn_and_no_bell()
    {
        var (limited, free) = (await TeamAsync(new TeamQuota { RunningJobs = 1 }), await TeamAsync());
        var waiting = await QueueAsync(limited, 2);
        var first = (await ClaimAsync())!.Value;
        Assert.Equal(limited, first.TeamId);
        Assert.Null(await ClaimAsync());
        await _bench.ExecuteAsync("update jobs set queued_at = now() - interval '1 minute' where @job is not null", first.JobId);
        Assert.Equal(0, await _bench.Get<Doorbells>().RingMissingAsync(Cancel));

        await QueueAsync(free, 1);
        Assert.Equal(free, (await ClaimAsync())!.Value.TeamId);
        await _bench.MoveAsync(first, JobState.Running, JobState.Finalizing, JobState.Succeeded);
        Assert.Equal(1, await _bench.Get<Doorbells>().RingMissingAsync(Cancel));
        var second = (await ClaimAsync())!.Value.JobId;
        Assert.Contains(second, waiting);
        Assert.NotEqual(first.JobId, second);
    }

    [Fact]
    public async Task Inside_a_team_priority_decides_until_a_job_has_waited_for_a_day()
    {
        var team = await TeamAsync();
        var low = (await QueueAsync(team, 1, "low"))[0];
        var normal = (await QueueAsync(team, 1))[0];
        var high = (await QueueAsync(team, 1, "high"))[0];
        var begun = (await QueueAsync(team, 1, "low"))[0];
        await _bench.ExecuteAsync("update jobs set attempt = 1 where id = @job", begun);
        await _bench.ExecuteAsync("update jobs set queued_at = now() - interval '49 hours' where id = @job", low);
        Assert.Equal([begun, low, high, normal], [await JobAsync(), await JobAsync(), await JobAsync(), await JobAsync()]);
    }

    [Fact]
    public async Task A_team_whose_job_was_interrupted_has_its_turn_back()
    {
        var (one, other) = (await TeamAsync(), await TeamAsync());
        await QueueAsync(one, 2);
        var fence = (await ClaimAsync())!.Value;
        await QueueAsync(other, 1);
        await _bench.Leases.ReleaseAsync(fence, "The worker shuts down.", counts: false, Cancel);
        Assert.Equal(fence.JobId, (await ClaimAsync())!.Value.JobId);
    }

    [Fact]
    public async Task Workers_that_claim_at_once_get_a_job_each()
    {
        var team = await TeamAsync();
        await QueueAsync(team, 16);
        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ClaimAsync()));
        Assert.Equal(16, claims.Select(claim => claim!.Value.JobId).Distinct().Count());
    }

    [Fact]
    public async Task The_job_that_was_rung_for_rings_again_when_another_has_its_turn()
    {
        var (one, other) = (await TeamAsync(), await TeamAsync());
        await QueueAsync(one, 1);
        await TurnAsync();
        var rung = (await QueueAsync(one, 1))[0];
        var next = (await QueueAsync(other, 1))[0];
        Assert.Equal(next, (await _bench.Leases.ClaimNextAsync(rung, JobBench.Worker, "cpu", 1, Cancel))!.Value.JobId);
        Assert.Equal(["c-normal"], await _bench.BellsAsync(rung));
    }

    [Fact]
    public async Task A_job_for_another_device_is_left_to_it()
    {
        await QueueAsync(await TeamAsync(), 1, "normal", "cuda");
        Assert.Null(await ClaimAsync());
        Assert.NotNull(await _bench.Leases.ClaimNextAsync(Guid.NewGuid(), JobBench.Worker, "cuda", 1, Cancel));
    }

    private async Task<int> TeamAsync(TeamQuota? quota = null)
    {
        await using var db = _bench.Open();
        var team = db.Add(new Team { Name = $"team-{++_teams}" }).Entity;
        await db.SaveChangesAsync(Cancel);
        if (quota is not null)
        {
            db.Add(new TeamQuota { TeamId = team.Id, RunningJobs = quota.RunningJobs, Weight = quota.Weight });
            await db.SaveChangesAsync(Cancel);
        }

        return team.Id;
    }

    private async Task<Guid[]> QueueAsync(int team, int count, string priority = "normal", string device = "auto")
    {
        await using var db = _bench.Open();
        var jobs = Enumerable.Range(0, count).Select(_ => JobBench.NewJob(team, queue: Queues.For(priority, device))).ToList();
        db.AddRange(jobs);
        await db.SaveChangesAsync(Cancel);
        return [.. jobs.Select(job => job.Id)];
    }

    private Task<JobFence?> ClaimAsync() => _bench.Leases.ClaimNextAsync(Guid.NewGuid(), JobBench.Worker, "cpu", 1, Cancel);

    private async Task<Guid> JobAsync() => (await ClaimAsync())!.Value.JobId;

    /// <summary>One worker's turn, from the claim to the end of the job. Returns the team.</summary>
    private async Task<int> TurnAsync()
    {
        var fence = (await ClaimAsync())!.Value;
        await _bench.MoveAsync(fence, JobState.Running, JobState.Finalizing, JobState.Succeeded);
        return fence.TeamId;
    }
}
