using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.Cli.Watch;

/// <summary>For files, pipes and terminals of little sense: every event as a line, and now and then how far the job is.</summary>
internal static class LineView
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    public static async Task ShowAsync(WatchedJob watched, CancellationToken cancel)
    {
        var sinceLine = Stopwatch.StartNew();
        await foreach (var happened in watched.RoundsAsync(cancel))
        {
            foreach (var one in happened)
                Console.WriteLine(JobWords.Event(one));
            if (sinceLine.Elapsed < BetweenLines)
                continue;
            sinceLine.Restart();
            if (watched.Trouble is { } trouble)
                Console.WriteLine($"  {trouble}");
            else if (watched.State is "running" && JobWords.Progress(watched.Job) is { Length: > 0 } progress)
                Console.WriteLine($"  {Percent(watched.Job)} %, {progress}{Loss(watched)}, {JobWords.Left(watched.Job)}");
        }
    }

    private static string Percent(JsonNode job) => ((double)job["progress"]!["percent"]!).ToString("F1", CultureInfo.InvariantCulture);

    private static string Loss(WatchedJob watched) =>
        watched.Curves.TryGetValue("train_loss", out var loss) && loss[^1] is { } last
            ? string.Create(CultureInfo.InvariantCulture, $", loss {last:0.####}")
            : "";
}
