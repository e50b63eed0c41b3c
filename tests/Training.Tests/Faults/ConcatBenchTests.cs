using ConcatService.Faults;
using Xunit;

namespace ConcatService.Training.Tests.Faults;

/// <summary>A small part of ConcatBench with its targets. The whole is <c>./concat bench concatbench</c>.</summary>
[Collection("libtorch")]
public sealed class ConcatBenchTests
{
    private static readonly List<Score> Scores = Run();

    private static List<Score> Faults => [.. Scores.Where(score => score.Case.Label is not null)];

    [Fact]
    public void Every_fault_is_found() => Assert.Empty(Faults.Where(score => !score.Detected).Select(Shown));

    [Fact]
    public void No_valid_network_is_refused() => Assert.Empty(Scores.Where(score => score.Case.Label is null && score.Detected).Select(Shown));

    private static List<Score> Run()
    {
        var scorer = new Scorer(new TorchRun());
        return [.. new Collection([], perClass: 30, valid: 40, seed: 7).Cases.Select(each => scorer.Of(each))];
    }

    private static string Shown(Score score) => $"{score.Case.Subject.Name}, {score.Case.Edit}: {score.Said}";
}
