using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ConcatService.FuzzApi;

/// <summary>
/// Ids and names that exist, by the word of the path before them: <c>jobs</c>, <c>models</c>. Learned from what is created on the way.
/// </summary>
public sealed class KnownNames
{
    private const int MostOfAKind = 50;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _names = new();

    public KnownNames()
    {
        foreach (var version in new[] { "1", "2", "latest", "production" })
            Add("versions", version);
        foreach (var alias in new[] { "production", "canary" })
            Add("aliases", alias);
        foreach (var number in new[] { "0", "1", "7" })
        {
            Add("checkpoints", number);
            Add("pictures", number);
        }

        foreach (var name in new[] { "two-scale", "set-1", "set-2@1" })
            Add("datasets", name);
    }

    public void Add(string kind, string name)
    {
        var names = _names.GetOrAdd(kind, _ => new());
        names.Enqueue(name);
        if (names.Count > MostOfAKind)
            names.TryDequeue(out _);
    }

    /// <summary>What an answer of a call that creates tells.</summary>
    public void Learn(ApiRoute route, JsonNode? answer)
    {
        if (route.Method != "POST" || answer is not JsonObject made)
            return;
        var kind = route.Path.Split('/')[^1];
        foreach (var field in new[] { made["id"], made["details"]?["id"], made["reference"] })
        {
            if (field is JsonValue value && value.TryGetValue<string>(out var name))
                Add(kind, name);
        }
    }

    /// <summary>After a delete.</summary>
    public void Forget(HostileRequest request)
    {
        var parts = request.Target.Split('?')[0].Split('/');
        if (parts.Length < 2 || !_names.TryGetValue(parts[^2], out var names))
            return;
        var gone = Uri.UnescapeDataString(parts[^1]);
        _names[parts[^2]] = new(names.Where(name => name != gone));
    }

    public string? Any(string kind, Random random) =>
        _names.TryGetValue(kind, out var names) && names.ToArray() is { Length: > 0 } known ? known[random.Next(known.Length)] : null;
}
