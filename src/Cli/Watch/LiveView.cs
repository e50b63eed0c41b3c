using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ConcatService.Cli.Watch;

/// <summary>The job on a terminal, drawn anew twice a second: how far it is, its curves, its branches, and what happened last.</summary>
internal static class LiveView
{
    private const int Events = 6, CurveColumns = 60;

    public static Task ShowAsync(WatchedJob watched, CancellationToken cancel) => AnsiConsole.Live(new Text("")).StartAsync(async live =>
    {
        var recent = new List<JsonNode>();
        await foreach (var happened in watched.RoundsAsync(cancel))
        {
            recent.AddRange(happened);
            recent.RemoveRange(0, Math.Max(0, recent.Count - Events));
            live.UpdateTarget(View(watched, recent));
            live.Refresh();
        }
    });

    private static Rows View(WatchedJob watched, List<JsonNode> recent)
    {
        var width = AnsiConsole.Profile.Width;
        List<IRenderable> rows = [Head(watched.Job), Bar(watched.Job, width)];
        if (JobWords.Progress(watched.Job) is { Length: > 0 } progress)
            rows.Add(new Text(progress));
        rows.Add(Text.Empty);
        if (watched.Curves.Count > 0)
            rows.AddRange([Curves(watched.Curves, width), Text.Empty]);
        if (BranchTable.Of(watched.Concats) is { } branches)
            rows.AddRange([branches, Text.Empty]);
        rows.AddRange(
            recent.Select(happened => new Text(Cut(JobWords.Event(happened), width), new Style(LevelColor((string)happened["level"]!))))
        );
        if ((watched.Trouble ?? (string?)watched.Job["notice"]) is { } notice)
            rows.Add(new Text(notice, new Style(Color.Yellow)));
        return new Rows(rows);
    }

    private static Markup Head(JsonNode job)
    {
        var state = (string)job["state"]!;
        var (name, dataset) = (Markup.Escape((string)job["name"]!), Markup.Escape((string)job["dataset"]!));
        return new($"[bold]{name}[/] on {dataset}  [{StateColor(state)}]{state}[/]  [grey]{job["id"]}[/]");
    }

    /// <summary>━━━━━───── 56.3 %  1:12 left</summary>
    private static Markup Bar(JsonNode job, int width)
    {
        var percent = (string)job["state"]! == "succeeded" ? 100 : (double?)job["progress"]?["percent"] ?? 0;
        var columns = Math.Clamp(width - 30, 10, 80);
        var full = (int)(percent / 100 * columns);
        var (done, open) = AnsiConsole.Profile.Capabilities.Unicode ? ('━', '─') : ('#', '-');
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"[green]{new string(done, full)}[/][grey]{new string(open, columns - full)}[/] {percent:F1} %  {JobWords.Left(job)}"
            )
        );
    }

    /// <summary>One row for each metric: its curve in training, its newest value there and in validation.</summary>
    private static Grid Curves(IReadOnlyDictionary<string, IReadOnlyList<double?>> curves, int width)
    {
        const string train = "train_";
        var grid = new Grid()
            .AddColumn(new GridColumn().NoWrap())
            .AddColumn(new GridColumn().NoWrap())
            .AddColumn(new GridColumn().NoWrap())
            .AddColumn(new GridColumn().NoWrap());
        foreach (
            var (name, values) in curves
                .Where(curve => curve.Key.StartsWith(train, StringComparison.Ordinal))
                .OrderBy(curve => curve.Key != "train_loss")
        )
        {
            var metric = name[train.Length..];
            var validation = curves.TryGetValue($"validation_{metric}", out var held) ? $"[grey]validation[/] {Newest(held)}" : "";
            var line = Sparkline.Of(values, Math.Clamp(width - 50, 8, CurveColumns), AnsiConsole.Profile.Capabilities.Unicode);
            grid.AddRow(
                metric,
                $"[blue]{Markup.Escape(line)}[/]",
                $"[bold]{Newest(values)}[/]",
                validation
            );
        }

        return grid;
    }

    private static string Cut(string line, int width) => line.Length < width ? line : $"{line[..(width - 2)]}…";

    private static string Newest(IReadOnlyList<double?> values) =>
        values[^1]?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "NaN";

    private static Color LevelColor(string level) => level switch { "error" => Color.Red, "warning" => Color.Yellow, _ => Color.Grey };

    private static string StateColor(string state) => state switch
    {
        "succeeded" => "green",
        "failed" or "cancelled" => "red",
        "running" or "finalizing" or "starting" => "blue",
        _ => "yellow",
    };
}
