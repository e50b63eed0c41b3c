using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// Compiles a spec with one patch after another applied to it. Layers that a patch leaves as they are, are not read again, and those whose
/// inputs it leaves as they are, are not planned again: of a thousand layers a fix changes one or two.
/// </summary>
/// <param name="before">The spec without a patch.</param>
/// <param name="json">The same as JSON, which the patches apply to; with names where the other had none.</param>
internal sealed class PatchedSpec(Compilation before, JsonElement json)
{
    private static readonly SpecPath List = SpecPath.Root["layers"];

    private Spec? _spec;
    private Graph? _graph;
    private readonly KnownPlans _known = new(before.Planned);

    /// <summary>A layer of the patched list.</summary>
    /// <param name="Written">Its position in the list as sent.</param>
    /// <param name="Json">What the patch made of it, or put there; null where it is as sent.</param>
    private readonly record struct Item(int Written, JsonNode? Json);

    /// <summary>The patched spec compiled, as <see cref="Compilation.Of"/> would.</summary>
    /// <exception cref="ArgumentException">An object on the way has a field twice, so that the pointer is ambiguous; or there is no such
    /// place in a list.</exception>
    /// <exception cref="InvalidOperationException">A pointer leads nowhere, or the operation is another one.</exception>
    public Compilation Compile(JsonArray patch)
    {
        _spec ??= before.Spec.Layers.All(layer => layer.Name is not null) ? before.Spec : SpecReader.Read(json, new Report());
        if (!_spec.IsWellFormed || Apply(patch) is not { Count: <= LayerReader.MaxLayers } items)
        {
            using var document = JsonDocument.Parse(PatchedText.Of(json, patch), SpecReader.JsonOptions);
            return Compilation.Of(document.RootElement);
        }

        var report = new Report();
        var spec = _spec with { Layers = Read(items, report), IsWellFormed = report.Diagnostics.Count == 0 };
        _graph ??= ReferenceEquals(_spec, before.Spec) ? before.Graph : Expander.Expand(_spec, new Report());
        var graph = Expander.Expand(spec, report, _spec, _graph);
        return new(spec, graph, Planner.Plan(graph, report, _known), report);
    }

    /// <summary>The list of layers with the patch applied; null where it changes something else.</summary>
    private List<Item>? Apply(JsonArray patch)
    {
        var items = new List<Item>(_spec!.Layers.Count + patch.Count);
        for (var written = 0; written < _spec.Layers.Count; written++)
            items.Add(new(written, null));
        foreach (var operation in patch)
        {
            var (kind, pointer, value) = ((string)operation!["op"]!, (string)operation["path"]!, operation["value"]);
            if (JsonPatch.Steps(pointer) is not ["layers", var position, .. var inside])
                return null;
            if (inside.Length > 0)
            {
                var at = JsonPatch.Index(position);
                items[at] = items[at] with { Json = Patched(items[at], kind, [.. inside], value) };
                continue;
            }

            switch (kind)
            {
                case "add":
                    items.Insert(position == "-" ? items.Count : JsonPatch.Index(position), new(-1, value));
                    break;
                case "replace":
                    items[JsonPatch.Index(position)] = new(-1, value);
                    break;
                case "remove":
                    items.RemoveAt(JsonPatch.Index(position));
                    break;
                default:
                    throw new InvalidOperationException($"The patch operation '{kind}' at '{pointer}' cannot be applied.");
            }
        }

        return items;
    }

    private JsonNode Patched(Item item, string kind, IReadOnlyList<string> inside, JsonNode? value)
    {
        var layer = item.Json is { } changed ? changed.DeepClone() : JsonPatch.Read(Sent(item.Written));
        JsonPatch.Apply(layer, kind, inside, value);
        return layer;
    }

    private List<LayerSpec> Read(List<Item> items, Report report)
    {
        var reader = new LayerReader(report, SpecReader.BlocksOf(json));
        var layers = new List<LayerSpec>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (item.Json is { } changed)
            {
                using var document = JsonPatch.Write(changed);
                layers.Add(reader.ReadLayer(document.RootElement, List[i]));
            }
            else
            {
                var layer = _spec!.Layers[item.Written];
                layers.Add(item.Written == i ? layer : Moved(layer, List[i]) ?? reader.ReadLayer(Sent(item.Written), List[i]));
            }
        }

        return layers;
    }

    /// <summary>The layer at another place; null for a structure, whose layers have places of their own.</summary>
    private static OperatorSpec? Moved(LayerSpec layer, SpecPath path)
    {
        var inputs = (Reference[]?)layer.Inputs?.Clone();
        for (var i = 0; i < inputs?.Length; i++)
            inputs[i] = inputs[i] with { Owner = path };
        return layer is OperatorSpec one ? one with { Path = path, Inputs = inputs } : null;
    }

    private JsonElement Sent(int position) => json.GetProperty("layers")[position];
}
