using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ConcatService.Cli.Watch;

/// <summary>
/// Follows a job to its end: live on a terminal, in lines elsewhere. Exit code 0 when it has succeeded, 1 when it has not, 130 when the
/// watcher left by Ctrl-C, which the job does not notice.
/// </summary>
internal static class WatchCommand
{
    private const int Interrupted = 130;                                        // 128 + SIGINT, as shells have it

    /// <param name="service">Disposed at the end.</param>
    /// <param name="id">The job; null takes the newest.</param>
    public static async Task<int> RunAsync(ServiceClient service, string? id)
    {
        using var leave = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            leave.Cancel();
        };
        using (service)
        {
            id ??= await NewestAsync(service, leave.Token);
            await using var watched = new WatchedJob(service, id);
            try
            {
                await (Console.IsOutputRedirected ? LineView.ShowAsync(watched, leave.Token) : LiveView.ShowAsync(watched, leave.Token));
                return Conclude(watched.Job);
            }
            catch (OperationCanceledException) when (leave.IsCancellationRequested)
            {
                Console.WriteLine("Stopped watching; the job keeps running.");
                Console.WriteLine($"  watch again  ./concat watch {id}\n  cancel it    POST /v1/jobs/{id}/cancel");
                return Interrupted;
            }
        }
    }

    private static async Task<string> NewestAsync(ServiceClient service, CancellationToken cancel) =>
        (await service.GetAsync("/v1/jobs?limit=1", cancel))["data"]!.AsArray() is [{ } newest]
            ? (string)newest["id"]!
            : throw new CliException("there is no job yet. Start one with POST /v1/jobs, or run ./concat demo.");

    private static int Conclude(JsonNode job)
    {
        var state = (string)job["state"]!;
        if (state == "succeeded")
        {
            if ((string?)job["result"]!["repair"]?["conclusion"] is { } conclusion)
            {
                AnsiConsole.MarkupLineInterpolated($"[green]succeeded[/]: {conclusion}");
                return 0;
            }

            var results = job["result"]!
                ["test"]
                ?["metrics"]?.AsObject()
                .Select(metric => string.Create(CultureInfo.InvariantCulture, $", test {metric.Key} {(double)metric.Value!:F4}"));
            var (model, scores) = (job["model"], string.Concat(results ?? []));
            AnsiConsole.MarkupLineInterpolated($"[green]succeeded[/]: model [bold]{model?["name"]}[/] version {model?["version"]}{scores}");
            if ((string?)model?["state"] == "quarantined")
                AnsiConsole.MarkupLineInterpolated($"[yellow]quarantined[/]: {job["result"]!["quarantine"]?[0]?["message"]}");
            return 0;
        }

        AnsiConsole.MarkupLineInterpolated(
            $"[red]{state}[/]{(job["error"] is { } error ? $": {error["class"]}, {error["code"]}: {error["message"]}" : "")}"
        );
        return 1;
    }
}
