using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Docs;

/// <summary>Event ids of log messages, as docs/configuration.md gives them: each is used once, in the range of its project.</summary>
public sealed partial class LogEventTests
{
    private static readonly Dictionary<string, int> Thousands = new() { ["Persistence"] = 1, ["Api"] = 2, ["Worker"] = 3 };

    [Fact]
    public void Event_ids_are_unique_and_lie_in_the_range_of_their_project()
    {
        var found = Thousands.Keys.SelectMany(project => Ids(project).Select(id => (Project: project, Id: id))).ToList();

        Assert.NotEmpty(found);
        Assert.All(found, each => Assert.Equal(Thousands[each.Project], each.Id / 1000));
        Assert.Empty(found.GroupBy(each => each.Id).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    private static IEnumerable<int> Ids(string project) => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories)
        .SelectMany(file => Attribute().Matches(File.ReadAllText(file)))
        .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\[LoggerMessage\(\s*(\d+)")]
    private static partial Regex Attribute();
}
