// Every fix that is offered for a network with open sizes, tried at random admissible sizes.
// --networks N (300), --sizes N (50), --seed S (1).
// needs: nothing
#:project concatbench/ConcatBench.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Mutations;
using ConcatService.ConcatBench.Networks;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;

var (networks, sizes, seed) = (Option("--networks", 300), Option("--sizes", 50), Option("--seed", 1));
var random = new Random(seed);
var mutation = new SymbolMutation();
var (faulty, fixes, tried, claimed, exceptions) = (0, 0, 0, 0, 0);
var watch = Stopwatch.StartNew();
for (var number = 0; faulty < networks && number < 100 * networks; number++)
{
    foreach (var mutant in mutation.Of(RandomNetwork.Of((seed * 100_000) + number)).Take(2))
    {
        var report = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(mutant.Spec)).Report;
        faulty += report.Diagnostics.Any(found => found.Fixes.Count > 0) ? 1 : 0;
        foreach (var (found, fix) in report.Diagnostics.SelectMany(found => found.Fixes.Select(fix => (found, fix))))
        {
            fixes++;
            var patched = (JsonObject)mutant.Spec.DeepClone();
            JsonPatch.Apply(patched, fix.Patch);
            for (var i = 0; i < sizes; i++)
            {
                var at = Admissible(patched);
                if (fix.HoldsFor.Any(each => at.TryGetValue(each.Key, out var size) && !Holds(each.Value, each.Key, size)))
                {
                    claimed++;
                    continue;
                }

                tried++;
                if (Verdict(Bound(patched, at)) == "valid")
                    continue;
                exceptions++;
                Console.WriteLine(
                    $"  {mutant.Original.Name}, {mutant.Edit}: {fix.Id} of {found.Code.Name} at {found.Layer} fails at "
                        + string.Join(", ", at.Select(each => $"{each.Key} = {each.Value}"))
                );
                break;
            }
        }
    }
}

Console.WriteLine(
    $"{faulty:N0} networks with open sizes and a finding, {fixes:N0} fixes at {sizes} random admissible sizes each: {tried:N0} validated, "
        + $"{claimed:N0} excluded by holds_for, {exceptions} exceptions, in {watch.Elapsed.TotalSeconds:N0} s"
);
return exceptions == 0 ? 0 : 1;

Dictionary<string, long> Admissible(JsonObject spec) =>
    Symbols(spec)
        .Distinct()
        .ToDictionary(
            symbol => symbol,
            symbol =>
            {
                var promise = spec["symbols"]?[symbol];
                var multiple = (long?)promise?["multiple_of"] ?? 1;
                var (least, most) = ((long?)promise?["min"] ?? 1, (long?)promise?["max"] ?? 300);
                var first = (least + multiple - 1) / multiple;
                return multiple * random.NextInt64(first, Math.Max(first, most / multiple) + 1);
            }
        );

static IEnumerable<string> Symbols(JsonObject spec) =>
    ((JsonObject)spec["inputs"]!)
        .SelectMany(input => (JsonArray)input.Value!["shape"]!)
        .Where(size => size!.GetValueKind() == JsonValueKind.String)
        .Select(size => (string)size!);

static JsonObject Bound(JsonObject spec, Dictionary<string, long> at)
{
    var bound = (JsonObject)spec.DeepClone();
    bound.Remove("symbols");
    foreach (var (_, input) in (JsonObject)bound["inputs"]!)
    {
        var shape = (JsonArray)input!["shape"]!;
        for (var i = 0; i < shape.Count; i++)
        {
            if (shape[i]!.GetValueKind() == JsonValueKind.String)
                shape[i] = at[(string)shape[i]!];
        }
    }

    return bound;
}

static string Verdict(JsonObject spec)
{
    using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(spec));
    return Compilation.Of(document.RootElement).Verdict;
}

// "H % 16 == 0 and H >= 16 or H in {1..3, 8}"; an equality of two symbols is no condition on one, and is taken as not met.
static bool Holds(string condition, string symbol, long size) =>
    condition.Split(" or ").Any(option => option.Split(" and ").All(term => Term(term, symbol, size)));

static bool Term(string term, string symbol, long size)
{
    var words = term.Split(' ');
    if (words[0] != symbol)
        return false;
    var value = words[1] == "%" ? size % long.Parse(words[2]) : size;
    var (sign, rest) = words[1] == "%" ? (words[3], string.Join(' ', words[4..])) : (words[1], string.Join(' ', words[2..]));
    return sign switch
    {
        "in" => rest.Trim('{', '}')
            .Split(", ")
            .Any(run => value >= long.Parse(run.Split("..")[0]) && value <= long.Parse(run.Split("..")[^1])),
        _ when !long.TryParse(rest, out _) => false,
        "==" => value == long.Parse(rest),
        "!=" => value != long.Parse(rest),
        ">=" => value >= long.Parse(rest),
        _ => value <= long.Parse(rest),
    };
}

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1]) : otherwise;
