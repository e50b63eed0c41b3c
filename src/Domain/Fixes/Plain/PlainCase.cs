using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>A layer of one branch that cannot work on what arrives, with everything that the search for a repair needs.</summary>
internal sealed class PlainCase
{
    private readonly PlainNetwork _network;

    private PlainCase(PlainNetwork network, Diagnostic found, Layer layer, Layer written, Wanted wanted, Shape[] inputs)
    {
        _network = network;
        (Diagnostic, Layer, Written, Wanted, Inputs) = (found, layer, written, wanted, inputs);
    }

    /// <summary>Null where the finding is at no layer of which the shapes that arrive are known.</summary>
    public static PlainCase? Of(PlainNetwork network, Diagnostic found)
    {
        if (found.Layer is not { } name || network.Row(name) is not { } layer || network.WrittenAt(layer) is not { } written)
            return null;
        var shapes = new Shape[written.Inputs.Length];
        for (var i = 0; i < shapes.Length; i++)
        {
            if (!network.Compiled.Planned.Shapes.TryGetValue(written.Inputs[i], out var shape))
                return null;
            shapes[i] = shape;
        }

        var wanted = found.Evidence as Wanted ?? new Wanted();
        return shapes.Length > wanted.Input ? new(network, found, layer, written, wanted, shapes) : null;
    }

    public Diagnostic Diagnostic { get; }

    /// <summary>The layer that reported: a part of <see cref="Written"/>, or the same.</summary>
    public Layer Layer { get; }

    /// <summary>The layer as the spec has it.</summary>
    public Layer Written { get; }

    public Wanted Wanted { get; }

    /// <summary>What arrives at <see cref="Written"/>.</summary>
    public Shape[] Inputs { get; }

    /// <summary>What arrives at the input in question.</summary>
    public Shape Input => Inputs[Wanted.Input];

    public Wire Wire => Written.Inputs[Wanted.Input];

    public Compilation Compiled => _network.Compiled;

    public Layout Layout => _network.Compiled.Graph.Layout;

    /// <summary>The name by which people know the layer.</summary>
    public string Name => NameOf(Written.Name);

    public string InputName => Written.InputName(Wanted.Input);

    public string NameOf(string layer) => _network.NameOf(layer);

    public PlannedLayer? Producer(Wire wire) => _network.Producer(wire);

    /// <summary>The layers before the input, the nearest first, by the first input of each.</summary>
    public IEnumerable<PlannedLayer> Before()
    {
        const int MostLayers = 1000;
        var wire = Wire;
        for (var i = 0; i < MostLayers && Producer(wire) is { } layer; i++)
        {
            yield return layer;
            if (layer.Inputs.Length == 0)
                yield break;
            wire = layer.Inputs[0];
        }
    }

    /// <summary>
    /// The network's input that arrives here with the axes that it has there; null where a layer on the way makes them anew.
    /// </summary>
    public InputSpec? SourceInput()
    {
        var wire = Wire;
        while (Producer(wire) is { } layer)
        {
            if (layer.Operator is not { AxisFlow: AxisFlow.Kept, FeatureFlow: FeatureFlow.Kept, Window: null } || layer.Inputs.Length == 0)
                return null;
            wire = layer.Inputs[0];
        }

        return Compiled.Graph.Inputs.FirstOrDefault(input => input.Name == wire.Source);
    }

    public bool IsNameOfSource(InputSpec input) => Wire.Source == input.Name;

    /// <summary>
    /// Where the attributes of the layer stand: in its own object, or under <c>norm</c> or <c>activation</c> of another; null where they
    /// are not written as an object.
    /// </summary>
    public SpecPath? Attributes(Layer layer) => _network.Attributes(layer);

    public PatchWriter Patch() => new(Compiled, new PlannedLayer(Written, Inputs, []));

    /// <summary>A patch that puts these layers, in order, before the input; null where the spec has no place for them.</summary>
    public JsonArray? Inserted(params IReadOnlyList<(string Verb, JsonObject Layer)> layers)
    {
        if (_network.IsInside(Written))
            return null;
        var patch = Patch();
        foreach (var (verb, layer) in layers)
        {
            if (!patch.Insert(Wanted.Input, verb, layer))
                return null;
        }

        return patch.Patch;
    }

    /// <summary>The value that the spec writes at a path; null where there is none.</summary>
    public JsonElement? ValueAt(SpecPath path) => _network.ValueAt(path);
}
