// Test accuracy, or Dice, and time of the gallery's recipes, through the service: --recipe NAME (all), --seeds N (3), --threads N (auto).

#:property PublishAot=false
#:property PackageId=recipes-bench
#:project training/TrainingBench.csproj

using System.Globalization;
using ConcatService.TrainingBench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seeds = int.Parse(Option("--seeds") ?? "3");
var client = ServiceJobs.FromEnvironment();
Console.WriteLine($"{Environment.ProcessorCount} cores, {seeds} seeds; seconds are of training alone: steps, at their mean speed");
Console.WriteLine($"{"recipe",-14} {"test",-8} {"mean",8} {"± s.e.",7} {"seconds",8} {"samples/s",9}  each");
foreach (var entry in (await client.GetAsync("/v1/gallery"))["data"]!.AsArray().Where(entry => entry!["settings"] is not null))
{
    var name = (string)entry!["name"]!;
    if ((Option("--recipe") ?? name) != name)
        continue;
    var measure = "";
    List<double> scores = [], seconds = [], speeds = [];
    for (var seed = 0; seed < seeds; seed++)
    {
        var settings = entry["settings"]!.DeepClone();
        settings["seed"] = seed;
        if (Option("--threads") is { } threads)
            settings["threads"] = int.Parse(threads);
        var job = await client.TrainAsync(entry["spec"]!, settings, (string)entry["dataset"]!);
        var metrics = job["result"]!["test"]!["metrics"]!;
        measure = metrics["accuracy"] is null ? "dice" : "accuracy";                      // of segmentation there is no accuracy
        scores.Add((double)metrics[measure]!);
        speeds.Add((double)job["result"]!["samples_per_second"]!);
        seconds.Add((long)job["progress"]!["steps"]! * (long)job["settings"]!["batch_size"]! / speeds[^1]);
    }

    Console.WriteLine(
        $"{name,-14} {measure,-8} {scores.Average(),8:0.0000} {Figures.StandardError(scores),7:0.0000} {seconds.Average(),8:0.0} "
            + $"{speeds.Average(),9:N0}  {string.Join(' ', scores.Select(each => $"{each:0.0000}"))}"
    );
}

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
