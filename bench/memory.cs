// Memory that training takes, predicted and measured, of gallery networks: --precision auto|float32|bfloat16, --only NAME, --recompute.
// needs: nothing
#:project training/TrainingBench.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Memory;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Training;
using ConcatService.TrainingBench;

if (args is ["trial", var spec, var trained, var samples, var again])
{
    var settings = new TrainingSettings
    {
        Epochs = 2,
        BatchSize = long.Parse(samples, CultureInfo.InvariantCulture),
        Precision = Enum.Parse<Precision>(trained),
        Recompute = bool.Parse(again),
    };
    var trial = MemoryTrial.Run(PlanOf(spec), settings);
    Console.WriteLine($"{trial.IdleBytes} {trial.TrainingBytes} {trial.PeakBytes}");
    return 0;
}

// Batches whose step takes a second or so on two cores.
(string Name, long Batch)[] networks =
[
    ("densenet121", 8),
    ("resnet18", 16),
    ("resnet50", 8),
    ("se-resnet50", 8),
    ("googlenet", 16),
    ("inception-v3", 4),
    ("squeezenet1_1", 32),
    ("unet", 1),
    ("densenet-bc-100-12", 32),
    ("inception-28", 256),
    ("two-branch", 256),
    ("image-and-table", 128),
    ("vit-b-16", 2),
    ("swin-t", 4),
    ("r3d-18", 1),
];
var precision = Enum.Parse<Precision>(Option("--precision", "auto"), ignoreCase: true);
precision =
    precision == Precision.Auto
        ? Machines.HasBFloat16
            ? Precision.Bfloat16
            : Precision.Float32
        : precision;
var recompute = args.Contains("--recompute");
Console.WriteLine(
    $"two epochs of twelve steps, AdamW, {precision}, one process each; MB of memory above the warm process; finalizing is export and "
        + $"comparison"
);
Console.WriteLine($"{"network",-20} {"batch",5} {"predicted",9} {"measured",9} {"ratio",6} {"with finalizing",15} {"idle",5}");
var worst = 0.0;
foreach (var (name, batch) in networks.Where(network => Option("--only", network.Name) == network.Name))
{
    var predicted = TrainingMemory.Of(PlanOf(name), precision, recompute: recompute).Bytes(batch)!.Value;
    var start = new ProcessStartInfo(Environment.ProcessPath!, ["trial", name, $"{precision}", $"{batch}", $"{recompute}"])
    {
        RedirectStandardOutput = true,
    };
    foreach (var (variable, value) in TrainerEnvironment.Variables)
        start.Environment[variable] = value;
    using var process = Process.Start(start)!;
    var figures = process.StandardOutput.ReadToEnd().Split().Where(text => text.Length > 0).Select(long.Parse).ToArray();
    process.WaitForExit();
    if (figures is not [var idle, var measured, var peak])
        return 1;
    var ratio = (double)predicted / measured;
    worst = Math.Max(worst, Math.Abs(ratio - 1));
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-20} {batch,5} {predicted / 1e6,9:N0} {measured / 1e6,9:N0} {ratio,6:N2} {peak / 1e6,15:N0} {idle / 1e6,5:N0}"
        )
    );
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"largest difference {100 * worst:N0} %"));
return 0;

static Plan PlanOf(string name) => Compiler.Compile(File.ReadAllBytes($"samples/{name}.json")).Plan!;

string Option(string name, string otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
