using ConcatService.Faults;
using Xunit;

namespace ConcatService.Training.Tests.Faults;

/// <summary>A small part of ConcatBench with its targets. The whole is <c>./concat bench concatbench</c>.</summary>
[Collection("libtorch")]
public sealed class ConcatBenchTests
{
    private static readonly List<Score> Scores = Run();

    private static string Threads
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ConcatService.sln")))
                folder = folder.Parent;
            return Path.Combine(folder!.FullName, "bench", "concatbench", "threads");
        }
    }

    private static List<Score> Faults => [.. Scores.Where(score => score.Case.Label is not null)];

    [Fact]
    public void Every_fault_is_found() => Assert.Empty(Faults.Where(score => !score.Detected).Select(Shown));

    [Fact]
    public void No_valid_network_is_refused() =>
        Assert.Empty(Scores.Where(score => score.Case.Label is null && score.Detected).Select(Shown));

    [Fact]
    public void The_cause_and_the_layer_to_blame_are_named_in_19_of_20_faults()
    {
        Assert.InRange(Table.Share(Faults, score => score.CauseRight), 0.95, 1);
        Assert.InRange(Table.Share(Faults, score => score.BlameRight), 0.95, 1);
    }

    [Fact]
    public void The_first_fix_runs_in_libtorch_in_19_of_20_faults_and_one_of_three_nearly_always()
    {
        Assert.InRange(Table.Share(Faults, score => score.Runs(1)), 0.95, 1);
        Assert.InRange(Table.Share(Faults, score => score.Runs(3)), 0.995, 1);
    }

    [Fact]
    public void No_fix_leaves_its_fault_or_brings_another() =>
        Assert.Empty(Faults.Where(score => score.Fixes.Any(fix => fix.IsBad)).Select(Shown));

    [Fact]
    public void The_first_fix_undoes_four_faults_in_five() => Assert.InRange(Table.Share(Faults, score => score.Undoes(1)), 0.8, 1);

    [Fact]
    public void Forty_of_the_forty_five_threads_get_their_cause_and_a_fix_that_was_accepted() =>
        Assert.InRange(ThreadScore.In(Threads).Count(thread => thread.Landed), 40, 45);

    private static List<Score> Run()
    {
        var scorer = new Scorer(new TorchRun());
        return [.. new Collection([], perClass: 20, valid: 30, seed: 7).Cases.Select(each => scorer.Of(each))];
    }

    private static string Shown(Score score) => $"{score.Case.Subject.Name}, {score.Case.Edit}: {score.Said}";
}
