// Samples per second of training through the service against a plain TorchSharp loop, PyTorch eager and the service's loop alone: --rounds
// N (3), --seconds S (10), --threads N (auto), --only NETWORK, --alone: against the loop alone and nothing else.

#:property PublishAot=false
#:property PackageId=training-bench
#:property AssemblyName=training-bench
#:project training/TrainingBench.csproj

using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Jobs;
using ConcatService.Training;
using ConcatService.TrainingBench;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seconds = double.Parse(Option("--seconds", "10"));
var threads = int.Parse(Option("--threads", $"{Math.Max(1, Environment.ProcessorCount - 1)}"));
if (args is ["alone", var kind, var given, ..])
{
    Console.WriteLine(kind switch
    {
        "plain" => Loops.Plain(given, threads, seconds),
        "bare" => Loops.Bare(
            given,
            new()
            {
                Epochs = 100,
                BatchSize = 128,
                ValidationSplit = 0,
                Export = Export.Last,
                Threads = threads,
                MaxDuration = TimeSpan.FromSeconds(seconds),
            }
        ),
        _ => Loops.Peak(Enum.Parse<torch.ScalarType>(given), threads),
    });
    return;
}

// The plain loops and PyTorch as their users start them, but for threads that spin, which would slow them down on a busy machine.
var asUsersDo = new Dictionary<string, string> { ["OMP_WAIT_POLICY"] = "PASSIVE" };

// The aims: 1.6 times the plain loop, 1.6 times PyTorch eager, and at most 2 % slower than the loop alone, in
// jobs of half a minute and more: in a job's first two seconds the next spare trainer starts, which costs it half a second.
var rounds = int.Parse(Option("--rounds", "3"));
var client = ServiceJobs.FromEnvironment();
var onlyAlone = args.Contains("--alone");
var python =
    !onlyAlone
    && File.Exists("/usr/bin/python3")
    && Run(asUsersDo, "/usr/bin/python3", "-c", "import torch, numpy; print(torch.__version__)") is { } version
        ? version
        : null;
var peaks = new[] { torch.ScalarType.BFloat16, torch.ScalarType.Float32 }.ToDictionary(type => type, type => Alone("peak", $"{type}"));
Console.WriteLine(
    $"{Environment.ProcessorCount} cores, {threads} threads, batch 128, Fashion-MNIST, AdamW, {seconds} s each, {rounds} rounds in turn, "
        + $"medians{(onlyAlone ? "" : $"; PyTorch {python ?? "is not here (apt-get install python3-torch python3-numpy)"}")}"
);
Console.WriteLine(
    $"matrix product of 2048: {peaks[torch.ScalarType.BFloat16] / 1e9:N0} GFLOP/s bfloat16, {peaks[torch.ScalarType.Float32] / 1e9:N0} "
        + $"float32"
);
Console.WriteLine(
    $"{"samples/s",-14} {"service",8} {"loop alone",10} {"plain",8} {"eager",8}   {"/ alone",8} {"/ plain",8} {"/ eager",8}   of "
        + $"the bfloat16 peak"
);
foreach (var spec in new[] { "two-branch", "inception-28", "densenet-28" }.Where(spec => Option("--only", spec) == spec))
{
    List<double> service = [], bare = [], plain = [], eager = [];
    for (var round = 0; round < rounds; round++)
    {
        service.Add(await ServiceAsync(spec));
        bare.Add(Alone("bare", spec));
        if (!onlyAlone)
            plain.Add(Alone("plain", spec));
        if (python is not null)
            eager.Add(double.Parse(Run(asUsersDo, "/usr/bin/python3", "bench/training/eager.py", spec, $"{threads}", $"{seconds}")!));
    }

    // A step is counted as three times the forward pass.
    var share =
        Figures.Median(service) * 3 * 2 * Loops.PlanOf(spec).Layers.Sum(layer => (double)layer.Macs!) / peaks[torch.ScalarType.BFloat16];
    Console.WriteLine(
        $"{spec,-14} {Figures.Median(service),8:N0} {Figures.Median(bare),10:N0} {Shown(plain),8} {Shown(eager),8}   "
            + $"{Ratio(service, bare),8} {Ratio(service, plain),8} {Ratio(service, eager),8}   {share:P0}"
    );
}

async Task<double> ServiceAsync(string spec)
{
    var settings = new JsonObject
    {
        ["epochs"] = 100,
        ["batch_size"] = 128,
        ["validation_split"] = 0,
        ["export"] = "last",
        ["threads"] = threads,
        ["max_duration"] = $"PT{seconds}S",
    };
    var job = await client.TrainAsync(JsonNode.Parse(await File.ReadAllTextAsync($"samples/{spec}.json"))!, settings);
    return (long)job["progress"]!["step"]! * 128 / seconds;
}

double Alone(string kind, string given) =>
    double.Parse(
        Run(
            kind == "plain" ? asUsersDo : TrainerEnvironment.Variables,
            Environment.ProcessPath!,
            "alone",
            kind,
            given,
            "--seconds",
            $"{seconds}",
            "--threads",
            $"{threads}"
        ) ?? throw new InvalidOperationException($"{kind} {given} failed.")
    );

static string? Run(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
{
    var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
    foreach (var (variable, value) in environment)
        start.Environment[variable] = value;
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0 ? output.Trim() : null;
}

static string Shown(List<double> rates) => rates.Count == 0 ? "-" : $"{Figures.Median(rates):N0}";

// Of each round, so that what else the machine does hits both alike.
static string Ratio(List<double> ours, List<double> theirs) =>
    theirs.Count == 0 ? "-" : $"{Figures.Median([.. ours.Zip(theirs, (a, b) => a / b)]):0.00}";

string Option(string name, string otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
