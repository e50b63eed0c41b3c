using System.Text.RegularExpressions;

namespace ConcatService.Api.Tests;

/// <summary>
/// Ids of log messages, by which an operator filters and alarms: Persistence has 1000 to 1999, Api 2000 to 2999, Worker 3000 to 3999.
/// </summary>
public sealed partial class LogIdTests
{
    [Theory]
    [InlineData("Persistence", 1000)]
    [InlineData("Api", 2000)]
    [InlineData("Worker", 3000)]
    public void A_project_has_a_range_and_uses_each_id_once(string project, int first)
    {
        var ids = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Message().Matches(File.ReadAllText(file)))
            .Select(match => int.Parse(match.Groups[1].Value))
            .ToList();
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.InRange(id, first, first + 999));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId = )?(\d+)")]
    private static partial Regex Message();
}
