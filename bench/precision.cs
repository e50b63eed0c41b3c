// Test accuracy in bfloat16 against float32: --seeds N (5). The same network, data, order and first weights; the means are to differ by at
// most two standard errors.

#:property PublishAot=false
#:property PackageId=precision-bench
#:project training/TrainingBench.csproj

using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.TrainingBench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var at = Array.IndexOf(args, "--seeds");
var seeds = at >= 0 ? int.Parse(args[at + 1]) : 5;
var client = ServiceJobs.FromEnvironment();
var spec = JsonNode.Parse(await File.ReadAllTextAsync("samples/inception-28.json"))!;
var accuracies = new Dictionary<string, List<double>> { ["bfloat16"] = [], ["float32"] = [] };
for (var seed = 0; seed < seeds; seed++)
{
    foreach (var (precision, reached) in accuracies)
    {
        var settings = new JsonObject
        {
            ["epochs"] = 1,
            ["precision"] = precision,
            ["seed"] = seed,
            ["validation_split"] = 0,
            ["export"] = "last",
        };
        reached.Add((double)(await client.TrainAsync(spec, settings))["result"]!["test_accuracy"]!);
    }
}

Console.WriteLine($"inception-28, {seeds} seeds, one epoch of Fashion-MNIST");
foreach (var (precision, reached) in accuracies)
    Console.WriteLine(
        $"{precision,-8} {reached.Average():0.0000} ± {Figures.StandardError(reached):0.0000}   "
            + $"{string.Join(' ', reached.Select(each => $"{each:0.0000}"))}"
    );
var difference = accuracies["bfloat16"].Average() - accuracies["float32"].Average();
var error = Math.Sqrt(accuracies.Values.Sum(reached => Math.Pow(Figures.StandardError(reached), 2)));
Console.WriteLine($"difference {difference:+0.0000;-0.0000}, {Math.Abs(difference) / error:0.0} standard errors");
