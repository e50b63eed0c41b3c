using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Import.Onnx;

/// <summary>
/// ONNX counts dimensions, the language names axes: where a node means the last dimension, a reshape that keeps every size says what the
/// dimensions are.
/// </summary>
internal static class OnnxAxes
{
    private static readonly Axis[][] FeaturesLastOf =
    [
        [Axis.Channels], [Axis.Time, Axis.Channels], [Axis.Height, Axis.Width, Axis.Channels],
        [Axis.Depth, Axis.Height, Axis.Width, Axis.Channels],
    ];

    /// <summary>An input of the node with its features on the last axis.</summary>
    public static string FeaturesLast(OnnxCall call, int input = 0) => FeaturesLast(call, call.Layer(input), call.Shape(input));

    public static string FeaturesLast(OnnxCall call, string layer, ProbedShape? shape) =>
        shape is null || shape.Rank > FeaturesLastOf.Length || shape.Axes[^1] == Axis.Channels
            ? layer
            : Named(call, layer, shape, FeaturesLastOf[shape.Rank - 1], "axes");

    /// <summary>The inputs of a merge, all with the axes of the first one.</summary>
    public static IReadOnlyList<string> Alike(OnnxCall call, IReadOnlyList<string> layers)
    {
        var first = call.Reader.Probe[layers[0]];
        return
        [
            .. layers.Select((layer, i) =>
                first is not null && call.Reader.Probe[layer] is { } shape && HasOthers(shape, first)
                    ? Named(call, layer, shape, first.Axes, $"axes{i}")
                    : layer),
        ];
    }

    /// <summary>Adds a learned tensor, with the axes of a layer and ones before its own sizes as broadcasting reads them.</summary>
    public static string Learned(OnnxCall call, FileTensor tensor, int rank, IReadOnlyList<Axis>? axes)
    {
        var sizes = tensor.Dims.Count > rank ? tensor.Dims.Skip(tensor.Dims.Count - rank) : tensor.Dims;
        if (tensor.Dims.Count > rank + 1 || (tensor.Dims.Count > rank && tensor.Dims[0] != 1))
            throw new NodeException("a constant with a batch of its own is not known");
        List<long> shape = [.. Enumerable.Repeat(1L, Math.Max(0, rank - tensor.Dims.Count)), .. sizes];
        if (shape.Exists(size => size is < 1 or > int.MaxValue))
            throw new NodeException("a constant of this shape is not known");
        var value = Layers.Of("parameter", ("shape", Layers.List(shape)), ("init", "zeros"));
        if (axes is not null && axes.Count == shape.Count && !axes.Contains(Axis.Other))
            value["axes"] = new JsonArray([.. axes.Select(axis => (JsonNode)axis.Name())]);
        return Made(call, "value", value);
    }

    /// <summary>Names for dimensions that mean nothing of themselves.</summary>
    public static JsonArray Others(int count) => Layers.Names(Enumerable.Repeat("other", count));

    /// <summary>Adds a layer of no inputs.</summary>
    public static string Made(OnnxCall call, string suffix, JsonObject layer)
    {
        var made = call.Reader.Spec.Add($"{call.Name}.{suffix}", layer, call.Place);
        call.Reader.Probe.Add(made, layer, []);
        call.Reader.Written[made] = call.Reader.Spec.Last;
        return made;
    }

    private static bool HasOthers(ProbedShape shape, ProbedShape first) =>
        shape.Rank == first.Rank && !shape.Axes.SequenceEqual(first.Axes);

    private static string Named(OnnxCall call, string layer, ProbedShape shape, IReadOnlyList<Axis> axes, string suffix)
    {
        if (axes.Contains(Axis.Other) || shape.Sizes.Count(size => size is null) > 1)
            return layer;
        var names = new JsonArray([.. axes.Select(axis => (JsonNode)axis.Name())]);
        return call.Add(
            Layers.Of("reshape", ("shape", Layers.List(shape.Sizes.Select(size => size ?? -1))), ("axes", names)),
            $".{suffix}",
            layer
        );
    }
}
