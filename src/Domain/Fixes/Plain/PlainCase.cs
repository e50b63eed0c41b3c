using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
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
        Readers = Namesakes = [this];
    }

    /// <summary>The same with the layers beside it that have the same fault; alone where there are too many.</summary>
    /// <param name="alike">All with this <see cref="Fault"/>, in the order of the spec.</param>
    public PlainCase Among(IReadOnlyList<PlainCase> alike)
    {
        const int Most = 32;
        if (alike.Count is 1 or > Most)
            return this;
        var readers = IsReroutable(this) ? alike.Where(other => other == this || Shares(other)).ToList() : [this];
        var namesakes = Diagnostic.Code == Codes.DeclaredWidth
            ? alike.Where(other => other.Layer.Operator.Kind == Layer.Operator.Kind && other.Attributes(other.Layer) is not null).ToList()
            : [this];
        return new(_network, Diagnostic, Layer, Written, Wanted, Inputs) { Readers = readers, Namesakes = namesakes };
    }

    private bool Shares(PlainCase other) =>
        other.Wire == Wire
        && IsReroutable(other)
        && other.Edge!.List.ToString() == Edge!.List.ToString()
        && other.Input.DType == Input.DType;

    private static bool IsReroutable(PlainCase one) => one.Edge is { Reference: not null } && !one._network.IsInside(one.Written);

    private Edge? Edge => Written.EdgeOf(Wanted.Input);

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

    /// <summary>What is wrong as text, the same for layers that lack the same.</summary>
    public string Fault => $"{Diagnostic.Code} {Wanted.Key}";

    /// <summary>What arrives at <see cref="Written"/>.</summary>
    public Shape[] Inputs { get; }

    /// <summary>What arrives at the input in question.</summary>
    public Shape Input => Inputs[Wanted.Input];

    public Wire Wire => Written.Inputs[Wanted.Input];

    public Compilation Compiled => _network.Compiled;

    public Layout Layout => _network.Compiled.Graph.Layout;

    /// <summary>
    /// This and the other layers that lack the same thing of the same wire, in the order of the spec: one repair on the way serves all.
    /// </summary>
    public IReadOnlyList<PlainCase> Readers { get; private init; }

    /// <summary>This and the other layers of its type that declare the same number of features where another number arrives.</summary>
    public IReadOnlyList<PlainCase> Namesakes { get; private init; }

    /// <summary>Whether a repair of this layer could mend others at once.</summary>
    public bool HasCompany => Readers.Count > 1 || Namesakes.Count > 1;

    /// <summary>The name by which people know the layer, and those of the others that a repair on the way serves.</summary>
    public string Name => Words.Listed(Readers.Select(reader => reader.NameOf(reader.Written.Name)));

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
        var first = Readers[0];
        if (_network.IsInside(first.Written))
            return null;
        var patch = first.Patch();
        foreach (var (verb, layer) in layers)
        {
            if (!patch.Insert(first.Wanted.Input, verb, layer))
                return null;
        }

        // Before the list of layers grows, the others are where the spec has them.
        var others = Readers.Skip(1).Select(reader => Read(reader.Edge!.Reference!, patch.LastBefore(first.Wanted.Input)!));
        return [.. others, .. patch.Patch.Select(step => step!.DeepClone())];
    }

    private static JsonObject Read(SpecPath reference, string name) =>
        new() { ["op"] = "replace", ["path"] = reference.ToString(), ["value"] = name };

    /// <summary>The value that the spec writes at a path; null where there is none.</summary>
    public JsonElement? ValueAt(SpecPath path) => _network.ValueAt(path);
}
