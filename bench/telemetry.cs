// What watching branches costs: interleaved trainings with telemetry on and off, in processes of their own: --rounds N (5), --only NETWORK,
// --epochs N.
// needs: nothing
#:project ../src/Training/Training.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Training;
using ConcatService.Training.Data;

if (args is ["trial", var spec, var telemetry, var passes])
{
    Warmup.Run();                                                                               // as a spare trainer does
    var plan = Compiler.Compile(File.ReadAllBytes($"samples/{spec}.json")).Plan!;
    using var data = DataSetLoader.Load("two-scale", DataFolders.FromEnvironment());
    var settings = new TrainingSettings
    {
        Epochs = long.Parse(passes, CultureInfo.InvariantCulture),
        Telemetry = Enum.Parse<TelemetryMode>(telemetry),
    };
    var samples = 0;
    var outcome = TrainingRun.Execute(
        plan,
        settings,
        data,
        new Dictionary<string, string>(),
        report => samples += report is TrainingReport.Sampled ? 1 : 0,
        CancellationToken.None
    );
    var result = ((Outcome.Finished)outcome).Result;
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{result.SamplesPerSecond} {result.TelemetryOverhead} {samples} {result.WeightsSha256}"
        )
    );
    return 0;
}

(string Name, int Epochs)[] networks = [("two-branch", 8), ("inception-28", 2)];
var rounds = int.Parse(Option("--rounds", "5"), CultureInfo.InvariantCulture);
Console.WriteLine(
    $"two-scale, batch 128, {Environment.ProcessorCount} cores, {rounds} rounds of off and on in turn; medians of samples per second in "
        + $"steps"
);
Console.WriteLine($"{"network",-16} {"off",8} {"on",8} {"costs",7} {"by its own watch",17} {"samples",8} {"same bits",10}");
var worst = 0.0;
foreach (var (name, epochs) in networks.Where(network => Option("--only", network.Name) == network.Name))
{
    var trials = new Dictionary<string, List<Trial>> { ["Off"] = [], ["Auto"] = [] };
    for (var round = 0; round < rounds; round++)
    {
        foreach (var mode in round % 2 == 0 ? ["Off", "Auto"] : (string[])["Auto", "Off"])      // neither is always the first
            trials[mode].Add(Run(name, mode, int.Parse(Option("--epochs", $"{epochs}"), CultureInfo.InvariantCulture)));
    }

    var (off, on) = (
        Median(trials["Off"].Select(trial => trial.SamplesPerSecond)),
        Median(trials["Auto"].Select(trial => trial.SamplesPerSecond))
    );
    var cost = Median(trials["Off"].Zip(trials["Auto"], (without, with) => (without.SamplesPerSecond / with.SamplesPerSecond) - 1));
    var own = Median(trials["Auto"].Select(trial => trial.Overhead));
    var same = trials.Values.SelectMany(each => each).Select(trial => trial.Sha256).Distinct().Count() == 1;
    worst = Math.Max(worst, cost);
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-16} {off,8:N0} {on,8:N0} {100 * cost,5:0.0} % {100 * own,15:0.0} % {trials["Auto"][0].Samples,8} "
                + $"{(same ? "yes" : "NO"),10}"
        )
    );
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"largest cost {100 * worst:0.0} % (target: at most 3 %)"));
return 0;

static Trial Run(string network, string mode, int epochs)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!, ["trial", network, mode, $"{epochs}"]) { RedirectStandardOutput = true };
    foreach (var (variable, value) in TrainerEnvironment.Variables)
        start.Environment[variable] = value;
    using var process = Process.Start(start)!;
    var figures = process.StandardOutput.ReadToEnd().Split();
    process.WaitForExit();
    return new(Number(figures[0]), Number(figures[1]), (int)Number(figures[2]), figures[3]);
}

static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
}

string Option(string name, string otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

internal sealed record Trial(double SamplesPerSecond, double Overhead, int Samples, string Sha256);
