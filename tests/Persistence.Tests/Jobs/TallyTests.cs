using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Jobs;

/// <summary>The tallies of jobs are what counting them would give, whatever happened to them.</summary>
public sealed class TallyTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tallies_follow_jobs_to_their_ends_and_out_of_the_database()
    {
        var random = new Random(7);
        var jobs = new List<Guid>();
        for (var i = 0; i < 90; i++)
        {
            jobs.Add(await bench.QueueAsync());
            await EndAsync(jobs[^1], i % 5);
            if (random.Next(4) == 0)
                await bench.ExecuteAsync("delete from jobs where id = @job", jobs[random.Next(jobs.Count)]);
        }

        await AssertCountedAsync();
        await using var db = bench.Open();
        Assert.True(await db.JobTallies.CountAsync(Cancel) > 64);
        await bench.Get<JobTallies>().FoldAsync(Cancel);
        Assert.InRange(await db.JobTallies.CountAsync(Cancel), 1, 5);
        await AssertCountedAsync();

        await bench.ExecuteAsync("delete from jobs where id <> @job", Guid.Empty);      // a whole team, in one statement
        Assert.Equal([], await bench.Get<JobTallies>().ReadAsync(Cancel));
    }

    private async Task EndAsync(Guid job, int how)
    {
        if (how == 0)
            return;                                                             // it waits
        if (how == 1)
        {
            await bench.CancelAsync(job);
            return;
        }

        var fence = await bench.ClaimAsync(job);
        await bench.MoveAsync(fence, JobState.Running);
        if (how == 2)
            await bench.MoveAsync(fence, JobState.Finalizing, JobState.Succeeded);
        if (how == 3)
            await bench.Transitions.TryMoveAsync(
                new JobMove(job, JobState.Failed, "test", "test")
                {
                    Fence = fence.Number,
                    Error = new JobFailure(job.GetHashCode() % 2 == 0 ? FailureClass.User : FailureClass.Resource, "test", "As asked."),
                },
                Cancel
            );
    }

    private async Task AssertCountedAsync()
    {
        var counted = new List<JobTallies.Row>();
        await using (
            var command = bench.Source.CreateCommand(
                """
                select state, case when state = 'failed' then error ->> 'class' else '' end, count(*) from jobs group by 1, 2
                """
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            while (await reader.ReadAsync(Cancel))
                counted.Add(new(Enum.Parse<JobState>(reader.GetString(0), true), reader.GetString(1), reader.GetInt64(2)));
        }

        Assert.True(counted.Count >= 5);
        Assert.Equal(counted.OrderBy(row => $"{row}"), (await bench.Get<JobTallies>().ReadAsync(Cancel)).OrderBy(row => $"{row}"));
    }
}
