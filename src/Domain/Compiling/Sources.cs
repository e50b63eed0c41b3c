using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Compiling;

/// <summary>Gives findings and causes the place that their layer came from, where the spec says it.</summary>
internal static class Sources
{
    public static void Add(Compilation compiled)
    {
        if (compiled.Report.Diagnostics.Count == 0)
            return;
        var byPath = new Dictionary<string, LayerSource>();
        Collect(compiled.Spec.Layers, byPath);
        if (byPath.Count == 0)
            return;
        var byName = compiled.Graph.Sources;
        foreach (var found in compiled.Report.Diagnostics.ToList())
        {
            var cause = found.Cause is { } told ? told with { Source = Of(told.Layer, told.Path) } : null;
            compiled.Report.Replace(found, found with { Source = Of(found.Layer, found.Path), Cause = cause });
        }

        // A layer of a block has the source of the layer that uses the block, unless it has one of its own.
        LayerSource? Of(string? layer, SpecPath? path)
        {
            for (var name = layer; name is not null; name = name.Contains('/') ? name[..name.LastIndexOf('/')] : null)
            {
                if (byName.TryGetValue(name, out var source))
                    return source;
            }

            for (var at = path; at is not null; at = at.Parent)
            {
                if (byPath.TryGetValue(at.ToString(), out var source))
                    return source;
            }

            return null;
        }
    }

    private static void Collect(IEnumerable<LayerSpec> layers, Dictionary<string, LayerSource> byPath)
    {
        foreach (var layer in layers)
        {
            if (layer.Source is { } source)
                byPath[layer.Path.ToString()] = source;
            foreach (var list in layer.Lists)
                Collect(list.Layers, byPath);
        }
    }
}
