using System.Diagnostics;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ConcatService.Cli.Demo;

/// <summary>Follows a job to its end: a live bar on a terminal, a line now and then elsewhere.</summary>
internal static class JobWatch
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestInQueue = TimeSpan.FromMinutes(1);

    /// <summary>The job when it has succeeded.</summary>
    /// <exception cref="CliException">It ended otherwise, nobody took it, or it took longer than any machine should need.</exception>
    public static async Task<JsonNode> UntilDoneAsync(ServiceClient service, string id, CancellationToken cancel)
    {
        var job = Console.IsOutputRedirected
            ? await FollowInLinesAsync(service, id, cancel)
            : await AnsiConsole
                .Progress()
                .Columns(
                    new SpinnerColumn(),
                    new ProgressBarColumn(),
                    new PercentageColumn(),
                    new TaskDescriptionColumn { Alignment = Justify.Left }
                )
                .StartAsync(progress => FollowInBarAsync(progress.AddTask("queued"), service, id, cancel));
        if ((string)job["state"]! != "succeeded")
            throw new CliException(
                $"job {id} {job["state"]}: {job["error"]?["code"]} {job["error"]?["message"]} See ./concat logs worker."
            );

        var result = job["result"]!;
        var (accuracy, loss, speed) =
            ((double)result["test_accuracy"]!, (double)result["test_loss"]!, (double)result["samples_per_second"]!);
        AnsiConsole.MarkupLineInterpolated($"  test accuracy [bold]{accuracy:F3}[/], test loss {loss:F3}, {speed:N0} samples/s");
        return job;
    }

    private static async Task<JsonNode> FollowInBarAsync(ProgressTask bar, ServiceClient service, string id, CancellationToken cancel)
    {
        JsonNode last = null!;
        await foreach (var (job, line) in ReadAsync(service, id, cancel))
        {
            bar.Value = Math.Max(bar.Value, (double?)job["progress"]?["percent"] ?? 0);
            bar.Description = line.EscapeMarkup();
            last = job;
        }

        bar.Value = bar.MaxValue;
        return last;
    }

    private static async Task<JsonNode> FollowInLinesAsync(ServiceClient service, string id, CancellationToken cancel)
    {
        JsonNode last = null!;
        var sinceLine = Stopwatch.StartNew();
        var state = "";
        await foreach (var (job, line) in ReadAsync(service, id, cancel))
        {
            if ((string)job["state"]! != state || sinceLine.Elapsed >= BetweenLines)
            {
                AnsiConsole.WriteLine($"  {line}");
                sinceLine.Restart();
            }

            state = (string)job["state"]!;
            last = job;
        }

        return last;
    }

    private static async IAsyncEnumerable<(JsonNode Job, string Line)> ReadAsync(
        ServiceClient service, string id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var job = await service.GetAsync($"/v1/jobs/{id}", cancel);
            var state = (string)job["state"]!;
            yield return (job, Line(job, state, state == "running" ? await LatestAsync(service, id, cancel) : ""));
            if (state is "succeeded" or "failed" or "cancelled")
                yield break;
            if (state == "queued" && watch.Elapsed > LongestInQueue)
                throw new CliException(
                    $"job {id} has waited for a worker for {watch.Elapsed.TotalSeconds:0} s. See ./concat status and ./concat logs worker."
                );
            if (watch.Elapsed > Longest)
                throw new CliException(
                    $"job {id} is still {state} after {Longest.TotalMinutes} minutes. See ./concat logs worker, or cancel it: "
                        + $"POST /v1/jobs/{id}/cancel"
                );
            await Task.Delay(Poll, cancel);
        }
    }

    private static string Line(JsonNode job, string state, string latest)
    {
        if (state != "running" || job["progress"] is not { } progress || (long)progress["steps"]! == 0)
            return state;
        var left = job["estimated_finish_at"] is { } end
            ? $", {Math.Max(0, ((DateTimeOffset)end - DateTimeOffset.UtcNow).TotalSeconds):0} s left"
            : "";
        var at = $"epoch {progress["epoch"]}/{progress["epochs"]}, step {progress["step"]}/{progress["steps"]}";
        return $"{at}{latest}, {(double?)progress["samples_per_second"]:N0} samples/s{left}";
    }

    // ", loss 0.412, accuracy 0.871": the newest value of each series, as far as there is one.
    private static async Task<string> LatestAsync(ServiceClient service, string id, CancellationToken cancel)
    {
        var metrics = await service.GetAsync($"/v1/jobs/{id}/metrics?name=train_loss,train_accuracy&max_points=2", cancel);
        var series = metrics["series"]!
            .AsArray()
            .ToDictionary(each => (string)each!["name"]!, each => (double?)each!["values"]!.AsArray().LastOrDefault());
        return string.Concat(
            new[] { ("train_loss", "loss"), ("train_accuracy", "accuracy") }.Select(name =>
                series.GetValueOrDefault(name.Item1) is { } value ? $", {name.Item2} {value:F3}" : ""
            )
        );
    }
}
