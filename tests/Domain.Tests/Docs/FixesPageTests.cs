using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Docs;

public sealed partial class FixesPageTests
{
    [Fact]
    public void The_page_has_every_term_of_the_cost_and_no_other()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "src/Domain/Fixes/Cost.cs"));
        var page = Pages.Read("docs/fixes.md");
        var table = page[page.IndexOf("| term |", StringComparison.Ordinal)..];
        Assert.Equal(
            Term().Matches(source).Select(match => match.Groups[1].Value).Order(),
            Row().Matches(table).Select(match => match.Groups[1].Value).Where(term => term is not ("term" or "---")).Order()
        );
    }

    [GeneratedRegex("\\(\\s*\"([a-z][^\"]+)\",")]
    private static partial Regex Term();

    [GeneratedRegex(@"^\| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
