using System.Text.Json;
using System.Text.RegularExpressions;
using ConcatService.Api.Access;

namespace ConcatService.Api.Tests.Operations;

/// <summary>The dashboards in deploy/grafana ask for metrics that /metrics has.</summary>
public sealed partial class GrafanaTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("instance", 12)]
    [InlineData("inference", 7)]
    public async Task Every_metric_of_a_dashboard_is_told(string name, int panels)
    {
        var text = (await api.GetAsync("/metrics", await api.MakeKeyAsync("ours", Scopes.Metrics))).Body;
        var types = Family().Matches(text).ToDictionary(family => family.Groups[1].Value, family => family.Groups[2].Value);
        var file = Path.Combine(Repository.Root, "deploy", "grafana", $"{name}.json");
        var board = JsonElement.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(panels, board.GetProperty("panels").GetArrayLength());
        var targets = board.GetProperty("panels").EnumerateArray().SelectMany(
            panel => panel.GetProperty("targets").EnumerateArray(),
            (panel, target) => (Title: panel.GetProperty("title").GetString(), Query: target.GetProperty("expr").GetString()!)
        );
        foreach (var (title, query) in targets)
        {
            var metrics = Metric().Matches(query).Select(metric => metric.Value).ToList();
            Assert.NotEmpty(metrics);
            foreach (var metric in metrics)
            {
                var family = metric.EndsWith("_bucket", StringComparison.Ordinal) ? metric[..^"_bucket".Length] : metric;
                Assert.True(types.TryGetValue(family, out var type), $"{title}: {metric} is not in /metrics");
                // A rate of what goes up and down, or a counter as it stands, says nothing.
                Assert.Equal(query.Contains("rate(", StringComparison.Ordinal), type is "counter" or "histogram");
            }
        }
    }

    [GeneratedRegex("^# TYPE (\\w+) (\\w+)$", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex("\\b(?:concat|process)_\\w+")]
    private static partial Regex Metric();
}
