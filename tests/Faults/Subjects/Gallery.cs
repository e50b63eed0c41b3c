using System.Text.Json.Nodes;

namespace ConcatService.Faults.Subjects;

/// <summary>The gallery's valid networks, each as written and unrolled.</summary>
public static class Gallery
{
    /// <param name="folder">Where the samples are.</param>
    public static IEnumerable<Subject> In(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var spec = (JsonObject)JsonNode.Parse(File.ReadAllText(file))!;
            if (TryMake(name, spec) is not { } subject)
                continue;
            yield return subject;
            if (
                subject.Sites.Any(site => site.Type is "block" or "repeat" or "parallel")
                || subject.Graph.Layers.Count > subject.Sites.Count
            )
                yield return new($"{name}, flat", Flat.Of(spec));
        }
    }

    // One that is refused on purpose, or uses what the benchmark's own size rules do not know, is no subject.
    private static Subject? TryMake(string name, JsonObject spec)
    {
        try
        {
            var subject = new Subject(name, spec);
            return subject.Reference.Failing.Count == 0 ? subject : null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
