using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.Branches;

/// <summary>Small trainings with one fault each and healthy ones beside them, on a running service with default telemetry.</summary>
public static class Bench
{
    public static async Task RunAsync(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var seeds = int.Parse(Option(args, "--seeds") ?? "1");
        var repairs = args.Contains("--repair");
        string[] families = Option(args, "--family") is { } family ? [family] : Case.Families;
        string[] faults = Option(args, "--fault") is { } fault ? [fault] : Case.Faults;
        using var service = new Service();
        Console.WriteLine(
            $"{Environment.ProcessorCount} cores; families {string.Join(", ", families)}; {seeds} seed(s); default telemetry"
        );
        var twins = new Dictionary<(string, int), Outcome>();
        foreach (var name in families)
        {
            for (var seed = 0; seed < seeds; seed++)
                twins[(name, seed)] = (await RunAsync(service, Case.Of(name, "healthy", seed))).Outcome;
        }

        Console.WriteLine($"{"fault",-11} {"n",3} {"found",6} {"branch",7} {"quarantined",12} {"accuracy",9} {"twin",6}  what stood");
        foreach (var name in faults)
            await RunAsync(service, name, families, seeds, twins, repairs);
        var alarms = twins.Values.Where(twin => twin.Standing.Count > 0).ToList();
        Console.WriteLine(
            $"healthy     {twins.Count,3}: {alarms.Count} with a finding at the end ({Words(alarms)}), "
                + $"{twins.Values.Count(twin => twin.Passed > 0)} with one that passed, "
                + $"{twins.Values.Count(twin => twin.State == "quarantined")} quarantined"
        );
    }

    private static async Task RunAsync(
        Service service, string fault, string[] families, int seeds, Dictionary<(string, int), Outcome> twins, bool repairs
    )
    {
        List<Outcome> all = [], found = [], named = [];
        List<double> twin = [];
        var mended = new List<string>();
        foreach (var family in families)
        {
            for (var seed = 0; seed < seeds; seed++)
            {
                var it = Case.Of(family, fault, seed);
                var (job, outcome) = await RunAsync(service, it);
                all.Add(outcome);
                twin.Add(twins[(family, seed)].Accuracy ?? 0);
                if (outcome.Finds(it))
                    found.Add(outcome);
                if (outcome.Names(it))
                    named.Add(outcome);
                if (repairs)
                    mended.Add($"{family}: {await RepairAsync(service, job, outcome, twin[^1])}");
            }
        }

        Console.WriteLine(
            $"{fault,-11} {all.Count,3} {found.Count,6} {named.Count,7} {all.Count(each => each.State == "quarantined"),12} "
                + $"{all.Average(each => each.Accuracy ?? 0),9:0.000} {twin.Average(),6:0.000}  {Words(all)}"
        );
        mended.ForEach(line => Console.WriteLine($"            {line}"));
    }

    private static async Task<(JsonNode Job, Outcome Outcome)> RunAsync(Service service, Case it)
    {
        var seed = (int)it.Settings["seed"]!;
        var data = await service.UploadAsync($"branches-{it.Family}-{it.Fault}-{seed}", it.Table.Write());
        var job = await service.TrainAsync(
            new JsonObject { ["architecture"] = it.Spec.DeepClone(), ["dataset"] = data, ["settings"] = it.Settings.DeepClone() }
        );
        return (job, await Outcome.ReadAsync(service, job));
    }

    private static async Task<string> RepairAsync(Service service, JsonNode job, Outcome broken, double twin)
    {
        var (repair, refusal) = await service.RepairAsync(job);
        if (repair is null)
            return refusal!;
        if (repair["result"]?["repair"] is not { } report)
            return $"the race {repair["state"]}";
        if ((string?)report["accepted"] is not { } accepted)
            return "no repair was proven";
        var after = await service.TrainAsync(report["body"]!);
        var accuracy = (double?)after["result"]?["test_accuracy"] ?? 0;
        return $"{accepted}, accuracy {broken.Accuracy ?? 0:0.000} to {accuracy:0.000}, twin {twin:0.000}"
            + $"{(accuracy >= twin - 0.01 ? ", within a point" : "")}; {(double)report["cost_seconds"]!:0.0} s";
    }

    private static string Words(IEnumerable<Outcome> outcomes) =>
        string.Join(
            ", ",
            outcomes.SelectMany(each => each.Standing).CountBy(found => found.Code).Select(each => $"{each.Key} {each.Value}")
        );

    private static string? Option(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
