using ConcatService.ConcatBench;
using Xunit;

namespace ConcatService.Training.Tests;

/// <summary>A small part of ConcatBench with its targets. The whole is <c>./concat bench concatbench</c>.</summary>
[Collection("libtorch")]
public sealed class ConcatBenchTests
{
    private static readonly List<Score> Scores = Run();

    private static string Threads => Path.Combine(Repository.Root, "bench", "concatbench", "threads");

    private static List<Score> Faults => [.. Scores.Where(score => score.Case.Label is not null)];

    [Fact]
    public void Every_fault_is_found() => Assert.Empty(Faults.Where(score => !score.Detected).Select(Shown));

    [Fact]
    public void No_valid_network_is_refused() =>
        Assert.Empty(Scores.Where(score => score.Case.Label is null && score.Detected).Select(Shown));

    [Fact]
    public void The_cause_and_the_layer_to_blame_are_named_in_19_of_20_faults()
    {
        Assert.InRange(ResultTable.Share(Faults, score => score.CauseRight), 0.95, 1);
        Assert.InRange(ResultTable.Share(Faults, score => score.BlameRight), 0.95, 1);
    }

    [Fact]
    public void The_first_fix_runs_in_libtorch_in_19_of_20_faults_and_one_of_three_nearly_always()
    {
        Assert.InRange(ResultTable.Share(Faults, score => score.Runs(1)), 0.95, 1);
        Assert.InRange(ResultTable.Share(Faults, score => score.Runs(3)), 0.995, 1);
    }

    [Fact]
    public void No_fix_leaves_its_fault_or_brings_another() =>
        Assert.Empty(Faults.Where(score => score.Fixes.Any(fix => fix.IsBad)).Select(Shown));

    [Fact]
    public void The_first_fix_undoes_four_faults_in_five() => Assert.InRange(ResultTable.Share(Faults, score => score.Undoes(1)), 0.8, 1);

    [Fact]
    public void Forty_of_the_forty_five_threads_get_their_cause_and_a_fix_that_was_accepted() =>
        Assert.InRange(ThreadScore.In(Threads).Count(thread => thread.Passes), 40, 45);

    private static List<Score> Run()
    {
        var scorer = new Scorer(new TorchRun());
        return [.. new CaseSet([], perClass: 12, valid: 30, seed: 7).Cases.Select(each => scorer.Of(each))];
    }

    private static string Shown(Score score) => $"{score.Case.Original.Name}, {score.Case.Edit}: {score.Said}";
}
