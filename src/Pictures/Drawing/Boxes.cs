using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Pictures.Drawing;

/// <summary>
/// <see cref="Compilation"/> -> <see cref="Diagram"/>: a box for each input and layer, an arrow for each wire. Nothing is folded yet.
/// </summary>
internal sealed class Boxes
{
    private readonly Compilation _compiled;
    private readonly List<Item> _boxes = [];

    private Boxes(Compilation compiled) => _compiled = compiled;

    /// <summary>The box that draws an input or planned layer, by the full name of that.</summary>
    private Dictionary<string, Box> BoxOf { get; } = [];

    public static (Diagram Diagram, IReadOnlyDictionary<string, Box> BoxOf) Of(Compilation compiled)
    {
        var boxes = new Boxes(compiled);
        boxes.AddInputs();
        boxes.AddLayers();
        boxes.MarkOutputs();
        return (new(boxes._boxes, boxes.Arrows()), boxes.BoxOf);
    }

    private void AddInputs()
    {
        foreach (var input in _compiled.Graph.Inputs)
            BoxOf[input.Name] = Add(input.Name, input.Shape.DType == DType.Int64 ? "input, int64" : "input", Marks.Input);
    }

    // The planner went through the graph's layers in order; what a layer expands into stands before the row of its own name.
    private void AddLayers()
    {
        var rows = _compiled.Planned.Rows;
        var owners = new Dictionary<string, Layer>();
        var next = 0;
        foreach (var layer in _compiled.Graph.Layers)
        {
            owners.TryAdd(layer.Name, layer);
            var first = next;
            while (next < rows.Count && rows[next].Layer.Name != layer.Name)
                next++;
            while (next < rows.Count && rows[next].Layer.Name == layer.Name)
                next++;
            var own = rows.Skip(first).Take(next - first).ToList();
            if (layer.Operator is IMerge merge && layer.Operator.Expands)
                AddInsertions(layer, merge, own);
            else if (ShorthandOf(layer, owners) is { } owner)
                Extend(BoxOf[owner.Name], layer, own);
            else
                Draw(Add(layer.Name, Label(layer.Operator), layer.Operator is IMerge ? Marks.Merge : Marks.None), own);
        }
    }

    /// <summary>The layer whose norm or activation this one is.</summary>
    private static Layer? ShorthandOf(Layer layer, Dictionary<string, Layer> owners)
    {
        var slash = layer.Name.LastIndexOf('/');
        return slash > 0 && owners.TryGetValue(layer.Name[..slash], out var owner) && ReferenceEquals(owner.Path, layer.Path)
            ? owner
            : null;
    }

    private void Extend(Box box, Layer layer, List<LayerRow> rows)
    {
        box.Kind += $" · {Label(layer.Operator)}";
        Draw(box, rows);
    }

    /// <summary>
    /// What align and fuse insert: a box for each layer before the concat, one for the concat, one for all that fuse puts behind it.
    /// </summary>
    private void AddInsertions(Layer layer, IMerge merge, List<LayerRow> rows)
    {
        var joined = rows.FindIndex(row => row.Layer.Operator is IMerge { JoinedAxis: not null });
        Box? fuse = null;
        for (var i = 0; i < rows.Count; i++)
        {
            var (name, op) = (rows[i].Layer.Name, rows[i].Layer.Operator);
            if (i == joined)
                Draw(Add(name, op.Kind, Marks.Merge), [rows[i]]);
            else if (i < joined || name.StartsWith($"{layer.Name}/align", StringComparison.Ordinal))
                Draw(Add(name, $"inserted: {Label(op)}", Marks.Inserted), [rows[i]]);
            else if (i > joined && name == layer.Name && op is IMerge { JoinedAxis: not null } && fuse is null)
                Draw(BoxOf[name], [rows[i]]); // a row that says again that the concat failed
            else
                Draw(fuse ??= Add(layer.Name, $"inserted: fuse {merge.FusedBy}", Marks.Inserted | Marks.Merge), [rows[i]]);
        }
    }

    private void Draw(Box box, List<LayerRow> rows)
    {
        foreach (var row in rows)
            BoxOf[row.Layer.Name] = box;
        if (rows.Count == 0)
            return;
        box.Output = rows[^1].Output;
        if (box.Output is null)
            box.Marks |= Marks.Unknown;
        if (rows.Exists(row => row.Layer.Operator.StandsFor is not null))
            box.Marks |= Marks.Opaque;
    }

    private void MarkOutputs()
    {
        foreach (var output in _compiled.Graph.Outputs)
        {
            if (BoxOf.TryGetValue(output.Wire.Source, out var box))
                box.Marks |= Marks.Output;
        }
    }

    private List<Arrow> Arrows()
    {
        var arrows = new List<Arrow>();
        var order = _boxes.Index().ToDictionary(box => box.Item, box => box.Index);
        var known = new HashSet<(Box From, Box To, Wire Wire)>();
        foreach (var row in _compiled.Planned.Rows)
        {
            for (var i = 0; i < row.Layer.Inputs.Length; i++)
            {
                var wire = row.Layer.Inputs[i];
                if (
                    !BoxOf.TryGetValue(wire.Source, out var from)
                    || !BoxOf.TryGetValue(row.Layer.Name, out var to)
                    || !known.Add((from, to, wire))
                )
                    continue;

                // Only two layers of one name make an arrow upwards, and that is an error of its own.
                if (order[from] >= order[to])
                    continue;
                var shape = _compiled.Planned.Shapes.GetValueOrDefault(wire);
                arrows.Add(
                    new(from, to, shape, shape)
                    {
                        Port = wire.Port,
                        SizeOnly =
                            i == row.Layer.Inputs.Length - 1
                            && (row.Layer.Operator.Like is not null || row.Layer.Operator is { StandsFor: not null, NamedInputs: > 0 }),
                    }
                );
            }
        }

        return arrows;
    }

    private Box Add(string name, string kind, Marks marks)
    {
        var box = new Box(name, kind, marks);
        _boxes.Add(box);
        return box;
    }

    private static string Label(Operator op)
    {
        var layout = op.DataFormat switch
        {
            Layout.ChannelsFirst => ", channels_first",
            Layout.ChannelsLast => ", channels_last",
            _ => "",
        };
        return $"{op.Kind}{(op.StandsFor is { } what ? $": {what}" : "")}{Window(op)}{layout}";
    }

    private static string Window(Operator op)
    {
        if (!op.Effect.Has(Effect.Weighs) || op.Window is not { IsTransposed: false } window)
            return "";
        var stride = window.Stride.ToString();
        return $" {Kernel(window.KernelSize)}{(stride == "1" ? "" : $" /{stride}")}";
    }

    private static string Kernel(Extent kernel) => kernel.Count is null ? $"{kernel}x{kernel}" : kernel.ToString();
}
