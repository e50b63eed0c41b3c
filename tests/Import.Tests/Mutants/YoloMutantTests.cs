using Xunit;

namespace ConcatService.Import.Tests.Mutants;

public sealed class YoloMutantTests
{
    /// <summary>A sample of <c>./concat bench mutants</c>.</summary>
    [Fact]
    public void Of_20_mutants_the_row_is_right_in_19_and_the_repaired_file_valid_in_18()
    {
        var outcomes = Enumerable.Range(1, 1000).Select(YoloMutants.Of).OfType<YoloMutants.Outcome>().Take(20).ToList();
        Assert.True(outcomes.Count(each => each.IsRowRight) >= 19, Shown(outcomes.Where(each => !each.IsRowRight)));
        Assert.True(outcomes.Count(each => each.IsRepaired) >= 18, Shown(outcomes.Where(each => !each.IsRepaired)));
    }

    private static string Shown(IEnumerable<YoloMutants.Outcome> outcomes) =>
        string.Join('\n', outcomes.Select(each => $"seed {each.Seed}, {each.Kind}: {each.Change}\n    {each.Told}"));
}
