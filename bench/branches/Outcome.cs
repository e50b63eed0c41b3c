using System.Text.Json.Nodes;

namespace ConcatService.Branches;

/// <summary>What the service said of a training: by code, the input or branch that it named.</summary>
internal sealed record Outcome(IReadOnlyList<(string Code, string Place)> Standing, int Passed, string? State, double? Accuracy)
{
    public static async Task<Outcome> ReadAsync(Service service, JsonNode job)
    {
        var (standing, passed) = (new List<(string, string)>(), 0);
        var cursor = "";
        var events = new List<JsonNode>();
        do
        {
            var page = await service.GetAsync($"/v1/jobs/{job["id"]}/events?limit=100{cursor}");
            events.AddRange(page["data"]!.AsArray().Select(each => each!));
            cursor = (string?)page["next_cursor"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        foreach (var told in events.OrderBy(each => (long)each["sequence"]!).Where(each => (string)each["type"]! is "lint" or "verdict"))
        {
            var data = told["data"]!;
            var found = ((string)data["code"]!, (string?)data["branch"] ?? (string?)data["layer"] ?? "");
            if ((string?)data["state"] == "gone")
                passed += standing.Remove(found) ? 1 : 0;
            else
                standing.Add(found);
        }

        return new(standing, passed, (string?)job["model"]?["state"], (double?)job["result"]?["test_accuracy"]);
    }

    /// <summary>Whether a finding names the branch: its last layer, its input, or a layer of it.</summary>
    public bool Names(Case it) =>
        Standing.Any(found => Array.Exists(Accepted(it.Fault), code => code == found.Code) && IsOf(found.Place, it.Guilty));

    /// <summary>Whether a finding of the fault's kind was made anywhere.</summary>
    public bool Finds(Case it) => Standing.Any(found => Array.Exists(Accepted(it.Fault), code => code == found.Code));

    private static bool IsOf(string place, int branch) =>
        place == Case.EndOf(branch) || place == Table.NameOf(branch) || branch < 0;

    /// <summary>Written down before the first run.</summary>
    private static string[] Accepted(string fault) => fault switch
    {
        "scale" or "tiny" => ["scaled", "unequal_inputs", "ignored", "unused"],
        "constant" => ["constant_input", "dead", "collapsed", "unused"],
        "noise" => ["noise", "unused"],
        "leak" => ["target_leak", "dominating"],
        "duplicate" => ["equal_inputs", "duplicated", "redundant_pair"],
        "dead" => ["dead", "collapsed", "unused"],
        "detached" => ["train.detached", "dead", "starved"],
        "bottleneck" => ["concat.bottleneck"],
        "dropout" => ["train.high_dropout"],
        "lazy" => ["unused"],
        _ => [],
    };
}
