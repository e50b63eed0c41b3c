using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using StbImageWriteSharp;

namespace ConcatService.Cli.Demo;

/// <summary>
/// From a refused spec to a served model, over HTTP only. Its last line is <c>demo ok: accuracy=… parity=… seconds=…</c>.
/// </summary>
internal static class DemoCommand
{
    /// <summary>What the network of this demo reaches with room to spare; less means that something is broken.</summary>
    private const double LeastAccuracy = 0.90;

    public static async Task RunAsync(ServiceClient service, CancellationToken cancel)
    {
        using (service)
        {
            var spec = await RefusedAndRepairedAsync(service, cancel);
            var job = await TrainAsync(service, spec, cancel);
            await ShowExportAsync(service, job, cancel);
            await PredictAsync(service, job, cancel);
            Conclude(service, job);
        }
    }

    private static async Task<JsonNode> RefusedAndRepairedAsync(ServiceClient service, CancellationToken cancel)
    {
        Heading("1", "Validate a network of two branches", "POST /v1/architectures/validate");
        var spec = TwoBranches();
        ReportView.ShowRefusal(await service.PostAsync("/v1/architectures/validate", spec, cancel));

        Heading("2", "Repair it", "POST /v1/architectures/repair");
        var repair = await service.PostAsync("/v1/architectures/repair", spec, cancel);
        ReportView.ShowRepair(repair);
        return repair["spec"]!;
    }

    private static async Task<JsonNode> TrainAsync(ServiceClient service, JsonNode spec, CancellationToken cancel)
    {
        Heading("3", $"Train it on {DemoData.Name}", "POST /v1/jobs");
        // Every layer is normalized, so the rate may be high and the training short: 0.911 in four epochs, where the cautious default gives
        // 0.909 in five.
        var settings = new JsonObject
        {
            ["epochs"] = 4,
            ["batch_size"] = 128,
            ["seed"] = 0,
            ["optimizer"] = new JsonObject { ["type"] = "adamw", ["lr"] = 0.012 },
        };
        var posted = await service.PostAsync(
            "/v1/jobs",
            new JsonObject
            {
                ["architecture"] = spec.DeepClone(),
                ["dataset"] = DemoData.Name,
                ["settings"] = settings,
            },
            cancel
        );
        return await JobWatch.UntilDoneAsync(service, (string)posted["id"]!, cancel);
    }

    private static async Task ShowExportAsync(ServiceClient service, JsonNode job, CancellationToken cancel)
    {
        var (name, version) = Model(job);
        var path = $"/v1/models/{name}/versions/{version}/onnx";
        Heading("4", "Compare the ONNX export with the trained network", $"GET {path}");
        var parity = job["result"]!["parity"]!;
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"  model [bold]{name}[/] version {version}, {await service.LengthAsync(path, cancel) / 1024.0:N0} KiB"
        );
        var (difference, relative) = ((double)parity["max_abs"]!, (double)parity["max_relative_to_peak"]!);
        var changed = (long)parity["changed_classes"]!;
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"  largest difference {difference:0.0e-00}, {relative:0.0e-00} of the largest score; changed predictions: {changed}"
        );
    }

    private static byte[] PngOf(TestImage image)
    {
        using var file = new MemoryStream();
        new ImageWriter().WritePng(image.Pixels, image.Side, image.Side, ColorComponents.Grey, file);
        return file.ToArray();
    }

    private static async Task PredictAsync(ServiceClient service, JsonNode job, CancellationToken cancel)
    {
        var path = $"/v1/models/{Model(job).Name}/predict";
        Heading("5", "Classify test pictures", $"POST {path}");
        var classes = (await service.GetAsync($"/v1/datasets/{DemoData.Name}", cancel))["targets"]![0]!["classes"]!.AsArray();
        var table = new Table().Border(TableBorder.Minimal).AddColumns("class", "prediction", "probability", "ms");
        foreach (var image in DemoData.TestImages(count: 8))
        {
            var answer = await service.PostPngAsync(path, PngOf(image), cancel);
            var best = answer["predictions"]![0]!;
            var (truth, label) = ($"{classes[image.Class]}", $"{best["label"]}");
            table.AddRow(
                truth.EscapeMarkup(),
                $"[{(label == truth ? "green" : "red")}]{label.EscapeMarkup()}[/]",
                $"{(double)best["probability"]!:P1}",
                $"{(double)answer["milliseconds"]!:0.0}"
            );
        }

        AnsiConsole.Write(new Padder(table).Padding(2, 0, 0, 0));
    }

    private static void Conclude(ServiceClient service, JsonNode job)
    {
        var accuracy = (double)job["result"]!["test_accuracy"]!;
        var parity = (double)job["result"]!["parity"]!["max_relative_to_peak"]!;
        var seconds = ((DateTimeOffset)job["finished_at"]! - (DateTimeOffset)job["started_at"]!).TotalSeconds;
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated(
            $"""
            The service stays up; sign in with ./concat key, stop it with ./concat down.
              Workbench  [link]{service.Address}workbench[/]
              Swagger    [link]{service.Address}swagger[/]
            """
        );
        if (accuracy < LeastAccuracy)
            throw new CliException(
                $"the test accuracy is {accuracy:F3}, under {LeastAccuracy:F2}. See its curves: GET /v1/jobs/{job["id"]}/metrics"
            );
        Console.WriteLine($"demo ok: accuracy={accuracy:F3} parity={parity:0.0e-00} seconds={seconds:F0}");
    }

    private static (string Name, string Version) Model(JsonNode job) =>
        (job["model"]!["name"]!.ToString(), job["model"]!["version"]!.ToString());

    /// <summary>The refused network: `coarse` works on a map of half the size that `fine` has.</summary>
    private static JsonNode TwoBranches()
    {
        using var spec = typeof(DemoCommand).Assembly.GetManifestResourceStream("two-branches-refused.json")!;
        return JsonNode.Parse(spec)!;
    }

    private static void Heading(string number, string title, string call)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]{number}  {title}[/]  [grey]{call}[/]");
    }
}
