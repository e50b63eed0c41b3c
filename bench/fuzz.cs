// Hostile specs, made from the gallery's: no exception, none over a second, none that takes 256 MB. --inputs N, --seed S, --threads T.
// needs: nothing
// The service compiles its expression trees and reads JSON by reflection; an app that is to be published ahead of time would not.
#:property PublishAot=false
#:project fuzz/Fuzz.csproj
#:property PackageId=fuzz-bench
#:property AssemblyName=fuzz-bench

using System.Diagnostics;
using System.Globalization;
using ConcatService.Fuzz;

// The aim: 1,000,000 inputs, each within a second and 256 MB. What an input allocates, whether collected or not, bounds what it can hold.
const double MostBytes = 256e6;
var inputs = (int)Option("--inputs", 10_000);
var first = (int)Option("--seed", 1);
var threads = (int)Option("--threads", 1);
var mutator = new SpecMutator([.. Directory.EnumerateFiles("samples", "*.json").Order().Select(File.ReadAllText)]);
FuzzResult.Of(mutator.Make(first), everything: true);
var verdicts = new SortedDictionary<string, int>();
var (slowest, slowestSeed, largest, largestSeed, failures, done) = (TimeSpan.Zero, 0, 0L, 0, 0, 0);
var (watch, gate) = (Stopwatch.StartNew(), new Lock());
Parallel.For(first, first + inputs, new ParallelOptions { MaxDegreeOfParallelism = threads }, seed =>
{
    var input = mutator.Make(seed);
    var result = FuzzResult.Of(input, everything: seed % 50 == 0);
    if (result.Elapsed > TimeSpan.FromSeconds(1))                                       // a machine that was busy otherwise is not so twice
        result = FuzzResult.Of(input, everything: seed % 50 == 0);
    lock (gate)
        Count(seed, result);
});

Console.WriteLine(
    Spelled($"{inputs:N0} inputs from seed {first} in {watch.Elapsed.TotalSeconds:N0} s, ")
        + Spelled($"{inputs / watch.Elapsed.TotalSeconds:N0} a second ")
        + $"on {threads} thread{(threads == 1 ? "" : "s")}; every 50th repaired and drawn too"
);
Console.WriteLine(string.Join(", ", verdicts.Select(each => Spelled($"{each.Value:N0} {each.Key}"))));
Console.WriteLine(
    Spelled($"slowest {slowest.TotalMilliseconds:N0} ms (seed {slowestSeed}); most allocated by one input {largest / 1e6:N0} MB ")
        + $"(seed {largestSeed})"
);
Console.WriteLine($"{failures} failures");
return failures == 0 ? 0 : 1;

void Count(int seed, FuzzResult result)
{
    verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
    if (result.Failure is { } failure)
        Fail($"{failure.GetType().Name}: {failure.Message}\n{failure.StackTrace}");
    if (result.Elapsed > TimeSpan.FromSeconds(1))
        Fail(Spelled($"took {result.Elapsed.TotalSeconds:0.00} s, twice"));
    if (result.AllocatedBytes > MostBytes)
        Fail(Spelled($"allocated {result.AllocatedBytes / 1e6:N0} MB"));
    if (result.Elapsed > slowest)
        (slowest, slowestSeed) = (result.Elapsed, seed);
    if (result.AllocatedBytes > largest)
        (largest, largestSeed) = (result.AllocatedBytes, seed);
    if (++done % 100_000 == 0)
        Console.WriteLine(Spelled($"{done:N0} inputs after {watch.Elapsed.TotalSeconds:N0} s, {failures} failures"));

    void Fail(string what)
    {
        failures++;
        Console.WriteLine($"seed {seed}: {what}");
    }
}

static string Spelled(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

long Option(string name, long fallback) =>
    Array.IndexOf(args, name) is >= 0 and var at ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;
