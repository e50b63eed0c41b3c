// Admissible sizes of the gallery's U-Nets and detection necks against compiling every size from 1 to 1024, and what deciding them costs.
// needs: nothing
#:project ../src/Domain/Domain.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;

const int Most = 1024;
var (compared, disagreements) = (0, 0);
Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, one thread, warm");
foreach (var name in new[] { "unet", "unet-paper", "unet-any-size", "fpn-neck", "pan-neck" })
{
    var spec = JsonNode.Parse(File.ReadAllText($"samples/{name}.json"))!;
    spec.AsObject().Remove("symbols");
    var image = spec["inputs"]!.AsObject().Single().Value!;
    image["shape"] = new JsonArray((long)image["shape"]![0]!, 256, 256);
    var numbers = Time(spec);
    image["shape"] = new JsonArray((long)image["shape"]![0]!, "H", "W");
    var report = JsonDocument.Parse(ReportWriter.Write(Compile(spec))).RootElement;
    var conditions = report
        .GetProperty("constraints")
        .EnumerateArray()
        .ToDictionary(each => each.GetProperty("symbol").GetString()!, each => each.GetProperty("condition").GetString()!);
    var other = Enumerable.Range(64, 512).First(size => Holds(conditions["W"], "W", size));
    for (var size = 1; size <= Most; size++)
    {
        foreach (var (symbol, height, width) in new[] { ("H", size, other), ("W", other, size) })
        {
            image["shape"] = new JsonArray((long)image["shape"]![0]!, height, width);
            compared++;
            if (Compile(spec).Verdict == "valid" == Holds(conditions[symbol], symbol, size))
                continue;
            disagreements++;
            Console.WriteLine($"  {name}: {symbol} = {size} disagrees with {conditions[symbol]}");
        }
    }

    image["shape"] = new JsonArray((long)image["shape"]![0]!, "H", "W");
    Console.WriteLine(
        $"{name,-14} {conditions["H"],-44} numbers {numbers,6:F3} ms  symbols {Time(spec),6:F3} ms, p50 to the report with causes and "
            + $"fixes"
    );
}

Console.WriteLine($"{compared:N0} sizes compared, {disagreements} disagreements");
return disagreements == 0 ? 0 : 1;

static Compilation Compile(JsonNode spec)
{
    using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(spec));
    return Compilation.Of(document.RootElement);
}

static double Time(JsonNode spec)
{
    var bytes = JsonSerializer.SerializeToUtf8Bytes(spec);
    List<double> times = [];
    for (var whole = Stopwatch.StartNew(); whole.Elapsed < TimeSpan.FromSeconds(2);)
    {
        var one = Stopwatch.GetTimestamp();
        ReportWriter.Write(Compiler.Compile(bytes));
        times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
    }

    return times.Skip(times.Count / 2).Order().ElementAt(times.Count / 4);
}

// "H % 16 == 0 and H >= 16 or H in {1..3, 8}"
static bool Holds(string condition, string symbol, long size) => condition.Split(" or ").Any(option => option.Split(" and ").All(term =>
{
    var words = term.Replace($"{symbol} ", "").Split(' ', 2);
    var value = size;
    if (words[0] == "%")
    {
        words = words[1].Split(' ', 3);
        value %= long.Parse(words[0]);
        words = [words[1], words[2]];
    }

    return words[0] switch
    {
        "==" => value == long.Parse(words[1]),
        "!=" => value != long.Parse(words[1]),
        ">=" => value >= long.Parse(words[1]),
        "<=" => value <= long.Parse(words[1]),
        "in" => words[1]
            .Trim('{', '}')
            .Split(", ")
            .Any(run => value >= long.Parse(run.Split("..")[0]) && value <= long.Parse(run.Split("..")[^1])),
        _ => throw new FormatException(term),
    };
}));
