using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench.Networks;

/// <summary>The gallery's valid networks, each as written and unrolled.</summary>
public static class GalleryNetworks
{
    /// <param name="folder">Where the samples are.</param>
    public static IEnumerable<OriginalNetwork> In(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var spec = (JsonObject)JsonNode.Parse(File.ReadAllText(file))!;
            if (TryMake(name, spec) is not { } original)
                continue;
            yield return original;
            if (
                original.WrittenLayers.Any(layer => layer.Type is "block" or "repeat" or "parallel")
                || original.Graph.Layers.Count > original.WrittenLayers.Count
            )
                yield return new($"{name}, flat", FlatSpec.Of(spec));
        }
    }

    // One that is refused on purpose, or uses what the benchmark's own size rules do not know, is no original.
    private static OriginalNetwork? TryMake(string name, JsonObject spec)
    {
        try
        {
            var original = new OriginalNetwork(name, spec);
            return original.Reference.Failing.Count == 0 ? original : null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
