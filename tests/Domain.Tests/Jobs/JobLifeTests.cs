using System.Text.RegularExpressions;
using ConcatService.Domain.Jobs;
using Xunit;

namespace ConcatService.Domain.Tests.Jobs;

public sealed class JobLifeTests
{
    private static readonly JobState[] All = Enum.GetValues<JobState>();

    [Fact]
    public void Every_state_is_reached_from_queued()
    {
        var reached = new HashSet<JobState> { JobState.Queued };
        while (All.Where(to => reached.Any(from => JobLife.Allows(from, to))).Any(reached.Add)) { }
        Assert.Equal(All, reached.Order());
    }

    [Fact]
    public void A_job_ends_as_succeeded_failed_or_cancelled() =>
        Assert.Equal([JobState.Succeeded, JobState.Failed, JobState.Cancelled], JobLife.Terminal);

    [Fact]
    public void Only_a_claim_makes_a_job_held() =>
        Assert.All(All.Except(JobLife.Held), from => Assert.All(JobLife.Held, to =>
            Assert.Equal(from == JobState.Queued && to == JobState.Starting, JobLife.Allows(from, to))));

    [Fact]
    public void A_lost_lease_leads_to_a_state_that_may_follow_and_that_nobody_holds()
    {
        foreach (var (held, isPoisoned) in JobLife.Held.SelectMany(held => new[] { (held, false), (held, true) }))
        {
            var after = JobLife.AfterLostLease(held, isPoisoned);
            Assert.True(JobLife.Allows(held, after) && !after.IsHeld(), $"{held} to {after}");
        }
    }

    [Fact]
    public void No_statement_spells_out_a_state_or_a_time_that_JobLife_owns()
    {
        var owned = new Regex($"'({string.Join('|', All.Select(state => state.Name()))})'|interval '");
        var folder = Path.Combine(Repository.Root, "src");
        var sources = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Where(IsWritten).ToList();
        Assert.NotEmpty(sources);
        var spelled = sources.SelectMany(file =>
            File.ReadLines(file).Where(line => owned.IsMatch(line)).Select(line => $"{file}: {line.Trim()}")
        );
        Assert.Empty(spelled);
    }

    /// <summary>Migrations are kept as they were generated, with the names of their time.</summary>
    private static bool IsWritten(string file) => !file.Split(Path.DirectorySeparatorChar).Intersect(["Migrations", "obj", "bin"]).Any();
}
