// Hostile specs, made from the gallery's: no exception, none over a second, and the memory that it takes. --inputs N, --seed S.
// needs: nothing
#:project ../tests/Hostile/Hostile.csproj

using System.Diagnostics;
using System.Globalization;
using ConcatService.Hostile;

// The aim: 1,000,000 inputs, each within a second, the process within 256 MB.
var inputs = (int)Option("--inputs", 10_000);
var first = (int)Option("--seed", 1);
var mutator = new SpecMutator([.. Directory.EnumerateFiles("samples", "*.json").Order().Select(File.ReadAllText)]);
var verdicts = new SortedDictionary<string, int>();
var (slowest, slowestSeed, largest, largestSeed, failures, peak) = (TimeSpan.Zero, 0, 0L, 0, 0, 0L);
var watch = Stopwatch.StartNew();
for (var seed = first; seed < first + inputs; seed++)
{
    var trial = Trial.Of(mutator.Make(seed), everything: seed % 50 == 0);
    verdicts[trial.Verdict] = verdicts.GetValueOrDefault(trial.Verdict) + 1;
    if (trial.Failure is { } failure)
        Fail($"{failure.GetType().Name}: {failure.Message}\n{failure.StackTrace}");
    if (trial.Elapsed > TimeSpan.FromSeconds(1))
        Fail(string.Create(CultureInfo.InvariantCulture, $"took {trial.Elapsed.TotalSeconds:0.00} s"));
    if (trial.Elapsed > slowest)
        (slowest, slowestSeed) = (trial.Elapsed, seed);
    if (trial.AllocatedBytes > largest)
        (largest, largestSeed) = (trial.AllocatedBytes, seed);
    peak = Math.Max(peak, GC.GetTotalMemory(false));

    void Fail(string what)
    {
        failures++;
        Console.WriteLine($"seed {seed}: {what}");
    }
}

using var process = Process.GetCurrentProcess();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inputs:N0} inputs from seed {first} in {watch.Elapsed.TotalSeconds:N0} s, one thread; every 50th repaired and drawn too"));
Console.WriteLine(string.Join(", ", verdicts.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Value:N0} {each.Key}"))));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"slowest {slowest.TotalMilliseconds:N0} ms (seed {slowestSeed}); most allocated by one input {largest / 1e6:N0} MB (seed {largestSeed})"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak managed memory {peak / 1e6:N0} MB, peak resident {process.PeakWorkingSet64 / 1e6:N0} MB"));
Console.WriteLine($"{failures} failures");
return failures == 0 ? 0 : 1;

long Option(string name, long fallback) => Array.IndexOf(args, name) is >= 0 and var at ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;
