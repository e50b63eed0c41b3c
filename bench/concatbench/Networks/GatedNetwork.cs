using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench.Networks;

/// <summary>How a hand-written squeeze-and-excitation gate gets the axes of the map that it multiplies.</summary>
public enum GateStyle
{
    /// <summary>The pooling keeps them with size 1.</summary>
    KeepsAxes,

    /// <summary>The vector is reshaped.</summary>
    Reshapes,
}

/// <summary>
/// A network with one squeeze-and-excitation gate in separate layers: pool, two linear layers, a product. It stands in the place of a
/// squeeze_excitation layer, or behind a merge or an activation.
/// </summary>
public static class GatedNetwork
{
    /// <summary>What the name of the product ends in.</summary>
    public const string Product = ".gated";

    /// <summary>Behind so many layers there is a gate, one at a time.</summary>
    private const int Places = 3;

    public static IEnumerable<(OriginalNetwork Network, string Gated)> Of(OriginalNetwork original, GateStyle style)
    {
        var flat = original.Flat;
        var places = flat
            .WrittenLayers.Where(layer => layer.Type == "squeeze_excitation")
            .DefaultIfEmpty()
            .SelectMany(layer =>
                layer is not null ? [layer] : flat.WrittenLayers.Where(each => each.Type is "relu" or "concat" or "add" && IsRead(each))
            )
            .Where(layer => flat.Reference.Sizes[new((string)layer.In(flat.Spec)["name"]!)].Spatial.Length > 0)
            .ToList();
        foreach (var place in places.Where((_, i) => i % Math.Max(1, places.Count / Places) == 0))
        {
            var name = (string)place.In(flat.Spec)["name"]!;
            yield return (new($"{flat.Name}, gate at {name}", WithGate(flat, place, style)), name);
        }

        bool IsRead(WrittenLayer layer) => flat.Graph.Layers.Any(each =>
            each.Inputs.Any(wire => wire.Source == (string)layer.In(flat.Spec)["name"]!)
        );
    }

    private static JsonObject WithGate(OriginalNetwork flat, WrittenLayer place, GateStyle style)
    {
        var spec = (JsonObject)flat.Spec.DeepClone();
        var layers = (JsonArray)spec["layers"]!;
        var name = (string)place.In(spec)["name"]!;
        var sizes = flat.Reference.Sizes[new(name)];
        var isSqueeze = place.Type == "squeeze_excitation";
        var source = isSqueeze ? (string)place.In(spec)["inputs"]![0]! : name;
        foreach (var layer in layers.Skip(place.Index + 1))
        {
            var inputs = (JsonArray)layer!["inputs"]!;
            for (var i = 0; i < inputs.Count; i++)
            {
                if ((string?)inputs[i] == name)
                    inputs[i] = $"{name}{Product}";
            }
        }

        if (isSqueeze)
            layers.RemoveAt(place.Index);
        JsonObject[] gate =
        [
            Layer($"{name}.squeeze", "global_avg_pool", source),
            Layer($"{name}.fewer", "linear", $"{name}.squeeze"),
            Layer($"{name}.act", "relu", $"{name}.fewer"),
            Layer($"{name}.more", "linear", $"{name}.act"),
            Layer($"{name}.sigmoid", "sigmoid", $"{name}.more"),
        ];
        gate[1]["out_features"] = Math.Max(1, sizes['C'] / 4);
        gate[3]["out_features"] = sizes['C'];
        var at = place.Index + (isSqueeze ? 0 : 1);
        foreach (var layer in gate)
            layers.Insert(at++, layer);
        var last = $"{name}.sigmoid";
        if (style == GateStyle.KeepsAxes)
            gate[0]["keep_dims"] = true;
        else
        {
            var reshape = Layer($"{name}.reshape", "reshape", last);
            reshape["shape"] = new JsonArray([.. sizes.Axes.Select(axis => (JsonNode)(axis == 'C' ? sizes['C'] : 1))]);
            layers.Insert(at++, reshape);
            last = $"{name}.reshape";
        }

        layers.Insert(at, Layer($"{name}{Product}", "multiply", source, last));
        return spec;
    }

    private static JsonObject Layer(string name, string type, params string[] inputs) =>
        new()
        {
            ["name"] = name,
            ["type"] = type,
            ["inputs"] = new JsonArray([.. inputs.Select(input => (JsonNode)input)]),
        };
}
