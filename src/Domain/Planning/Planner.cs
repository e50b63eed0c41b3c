using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Symbols;
using ConcatService.Operators;

namespace ConcatService.Domain.Planning;

/// <summary>
/// <see cref="Graph"/> -> <see cref="Planning.Plan"/>: infers every shape, expands composite operators, counts. A layer behind an error
/// stays without a shape and makes no noise.
/// </summary>
public sealed class Planner
{
    /// <summary>The largest network that is planned, in trainable parameters.</summary>
    public const long MaxParameters = 10_000_000_000;

    /// <summary>The longest expression of a size over symbols, as text: each layer could make it twice as long.</summary>
    private const int MostText = 1000;

    private readonly Graph _graph;
    private readonly Report _report;
    private readonly WireShapes _shapes;
    private readonly List<PlannedLayer> _planned;
    private readonly List<LayerRow> _rows;
    private readonly Conditions _conditions;
    private readonly Dictionary<string, Layer> _bounded = [];
    private readonly KnownPlans? _known;
    private readonly WeightSharing? _sharing;
    private readonly StepSides _sides;
    private int _inferred;
    private Layout _layout;
    private long _parameters;

    private Planner(Graph graph, Report report, KnownPlans? known)
    {
        _graph = graph;
        _report = report;
        _known = graph.HasKnownSizes ? known : null;                           // what is decided about symbols is decided in order
        _known?.Begin();
        _layout = graph.Layout;
        _conditions = new(graph.Inputs.SelectMany(input => input.Shape.Dims.Skip(1)), graph.Symbols);
        _shapes = new(graph.Inputs.Count + graph.Layers.Count);
        _planned = new(graph.Layers.Count);
        _rows = new(graph.Layers.Count);
        _sides = new(report);
        _sharing = graph.Layers.Any(layer => layer.Weights is not null) ? new(report) : null;
    }

    /// <param name="known">What was planned for much the same graph: a layer with the same operator, the very object, and the same inputs
    /// is taken from there. Only errors are found again where they are; no other findings.</param>
    internal static Planned Plan(Graph graph, Report report, KnownPlans? known)
    {
        var planned = new Planner(graph, report, known).Run();
        known?.Keep(planned);
        return planned;
    }

    public static Planned Plan(Graph graph, Report report) => new Planner(graph, report, null).Run();

    private Planned Run()
    {
        foreach (var input in _graph.Inputs)
        {
            if (input.IsReadable)
                _shapes.Set(input.Name, [input.Shape]);
        }

        var layers = _graph.Layers;
        for (var i = TakeAsBefore(); i < layers.Count; i++)
            PlanLayer(layers[i]);
        _sides.Close(_graph.Outputs);
        _sharing?.Close(_rows);
        BoundFindings.Add(_conditions, _bounded, _report);
        var plan = _report.HasErrors ? null : new Plan(_graph, _planned, _graph.Outputs, _shapes);
        return new(plan, _rows, _planned, _shapes, _conditions) { Inferred = _inferred };
    }

    /// <summary>Takes the first layers that are the very same as before, without looking at them; returns how many.</summary>
    private int TakeAsBefore()
    {
        if (_known is null || _sharing is not null)
            return 0;
        var (before, layers, same) = (_known.Before.Rows, _graph.Layers, 0);
        for (; same < Math.Min(before.Count, layers.Count); same++)
        {
            if (!ReferenceEquals(before[same].Layer, layers[same]) || before[same].Planned is not { } planned || !IsOutside(layers[same]))
                break;
            Keep(planned);
        }

        return same;
    }

    /// <summary>The layer's output; null when it has no shape.</summary>
    private Wire? PlanLayer(Layer layer)
    {
        var inputs = new Shape[layer.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!_shapes.TryGetValue(layer.Inputs[i], out var shape))
            {
                ReportPort(layer, i);
                _rows.Add(new(layer, null));
                return null;
            }

            inputs[i] = shape;
        }

        if (!_sides.Admit(layer))
        {
            _rows.Add(new(layer, null));
            return null;
        }

        if (layer.Operator.DataFormat is { } own && own != _layout)
            return PlanInOtherLayout(layer, own);
        if (Known(layer, inputs) is { } known)
        {
            _sharing?.Admits(known, new(layer, inputs, _layout, _report, _conditions));
            Keep(known);
            return new(layer.Name);
        }

        var context = new ShapeContext(layer, inputs, _layout, _report, _conditions);
        if (layer.Operator.Expands)
        {
            var output = layer.Operator.Expand(new(context, PlanLayer, wire => _shapes[wire]));
            if (output is null)
                _rows.Add(new(layer, null));
            return output;
        }

        var outputs = layer.Operator.InferAll(context);
        if (outputs is null || !AreSizes(context, outputs))
        {
            _rows.Add(new(layer, null));
            return null;
        }

        _inferred++;
        var planned = new PlannedLayer(layer, inputs, outputs) { Repeats = _sides.RepeatsOf(layer, inputs) };
        if (layer.Weights is not null && planned.Parameters.Count == 0)
            planned = planned with { Layer = layer with { Weights = null } };
        if (_sharing?.Admits(planned, context) == false)
        {
            _rows.Add(new(layer, null));
            return null;
        }

        Keep(planned);
        return new(layer.Name);
    }

    /// <summary>Whether it runs once for a sample: neither folds steps nor is inside.</summary>
    private static bool IsOutside(Layer layer) => layer is { Steps: null, Gives: null };

    /// <summary>The layer as it was planned before, where nothing that decides its shape is another.</summary>
    private PlannedLayer? Known(Layer layer, Shape[] inputs)
    {
        if (layer.Weights is not null || _known?.Of(layer, inputs) is not { } known)
            return null;
        return ReferenceEquals(known.Layer, layer) && _sharing is null && IsOutside(layer)
            ? known
            : known with { Layer = layer, InputShapes = inputs, Repeats = _sides.RepeatsOf(layer, inputs) };
    }

    /// <summary>
    /// A layer with a <c>data_format</c> of its own reads the sizes of its inputs in that order, and what it gives is read in the spec's
    /// again: <c>NAME/read</c>, <c>NAME/channels_last</c>, <c>NAME</c>.
    /// </summary>
    private Wire? PlanInOtherLayout(Layer layer, Layout own)
    {
        var spec = _layout;
        var read = $"{layer.Name}/read";
        if (layer.Inputs.Length > 0)
            PlanLayer(layer with { Name = read, Operator = new Relabel { Kind = "relabel", From = spec, To = own } });
        _layout = own;
        var inside = PlanLayer(layer with
        {
            Name = $"{layer.Name}/{own.Name()}",
            Operator = layer.Operator with { DataFormat = null },
            Inputs = [.. layer.Inputs.Select((_, port) => new Wire(read, port))],
        });
        _layout = spec;
        if (inside is not { } output)
        {
            _rows.Add(new(layer, null));
            return null;
        }

        var outputs = _shapes.Of(output.Source).Select((_, port) => new Wire(output.Source, port));
        var back = new Relabel { Kind = "relabel", From = own, To = spec };
        return PlanLayer(new(layer.Name, back, [.. outputs], layer.Path) { Steps = layer.Steps, Unit = layer.Unit });
    }

    private void Keep(PlannedLayer planned)
    {
        var layer = planned.Layer;
        var before = _parameters;
        _parameters = Saturating.Add(_parameters, planned.ParameterCount);
        if (_parameters > MaxParameters && before <= MaxParameters)
            _report.Error(
                Codes.TooLarge,
                layer.Path,
                $"{layer.Name}: with this layer the network has {_parameters:N0} parameters; at most {MaxParameters:N0} are accepted.",
                layer.Name
            );
        _shapes.Set(layer.Name, planned.Outputs);
        _sides.Keep(planned);
        _planned.Add(planned);
        _rows.Add(new(layer, planned));
    }

    private bool AreSizes(ShapeContext context, Shape[] outputs)
    {
        foreach (var output in outputs)
        {
            var dims = output.DimSpan;
            for (var i = 1; i < dims.Length; i++)
            {
                if (dims[i].Known is not { } size)
                {
                    if (IsSize(context, output, i))
                        continue;
                    return false;
                }

                if (size >= 1 && size <= SpecReader.MaxSize)
                    continue;
                var axis = output.Axes[i].Name();
                if (size < 1)
                    context.Error(
                        Codes.SizeBelowOne,
                        $"{context.Layer.Operator.Kind} would give {axis} {size} from {context.Input.Sizes}. Make the window smaller, add "
                            + $"padding, or take a layer with a larger {axis}."
                    );
                else
                    context.Error(
                        Codes.TooLarge,
                        $"{context.Layer.Operator.Kind} would give {axis} {size:N0}; at most {SpecReader.MaxSize:N0} is accepted."
                    );
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a symbolic size is at least 1 for some of the symbols' sizes; those for which it is not are excluded from here on.
    /// </summary>
    private bool IsSize(ShapeContext context, Shape output, int position)
    {
        var size = output.Dims[position];
        if (Array.Exists(context.Inputs, input => input.Has(size))) // it was asked about where it came from
            return true;
        if (size.ToString().Length > MostText)
        {
            context.Error(
                Codes.TooLarge,
                $"{output.Axes[position].Name()} is an expression of {size.ToString().Length:N0} characters; at most {MostText:N0} are "
                    + $"accepted. Give sizes as numbers."
            );
            return false;
        }

        var decision = _conditions.Decide(Requirement.AtLeast(size, 1));
        if (decision.Answer == Answer.Sometimes)
        {
            _conditions.Assume(decision, context.Layer.Name, isBound: true);
            _bounded[context.Layer.Name] = context.Layer;
        }

        if (decision.Answer is Answer.Always or Answer.Sometimes)
            return true;
        var judgment =
            decision.Answer == Answer.Never
                ? "which is below 1 for every size"
                : "and whether that is ever at least 1 could not be decided";
        context.Error(
            Codes.SizeBelowOne,
            $"{context.Layer.Operator.Kind} would give {output.Axes[position].Name()} {size} from {context.Input.Sizes}, {judgment}. "
                + $"Make the window smaller, add padding, or give sizes as numbers."
        );
        return false;
    }

    private void ReportPort(Layer layer, int input)
    {
        var wire = layer.Inputs[input];
        if (wire.Port == 0 || !_shapes.ContainsKey(new(wire.Source)))
            return;
        var ports = _shapes.Of(wire.Source).Count;
        _report.Error(
            Codes.UnknownInput,
            layer.EdgeOf(input)?.Reference ?? layer.Path,
            ports == 1
                ? $"{layer.Name}: there is no '{layer.InputName(input)}'; {wire.Source} has one output. Name that, or give the layer "
                    + $"return_state where it is a recurrent one."
                : $"{layer.Name}: there is no '{layer.InputName(input)}'; {wire.Source} has the outputs 0 to {ports - 1}. Name one of "
                    + $"those.",
            layer.Name
        );
    }
}

/// <summary>What planning found, for the report and for the search for causes.</summary>
/// <param name="Plan">Null when there are errors.</param>
/// <param name="Rows">Every layer, also those without a shape.</param>
/// <param name="Conditions">What was assumed of the symbols' sizes.</param>
public sealed record Planned(
    Plan? Plan,
    IReadOnlyList<LayerRow> Rows,
    IReadOnlyList<PlannedLayer> Layers,
    WireShapes Shapes,
    Conditions Conditions
)
{
    /// <summary>How many layers were asked for their shapes, and not known.</summary>
    internal int Inferred { get; init; }

    /// <summary>The position of each layer in <see cref="Layers"/>.</summary>
    internal IReadOnlyDictionary<string, int> Numbers => field ??= Numbered();

    private Dictionary<string, int> Numbered()
    {
        var numbers = new Dictionary<string, int>(Layers.Count);
        for (var i = 0; i < Layers.Count; i++)
            numbers.TryAdd(Layers[i].Name, i);
        return numbers;
    }
}

/// <summary>A layer as the report lists it.</summary>
/// <param name="Planned">Null for a layer without a shape.</param>
public readonly record struct LayerRow(Layer Layer, PlannedLayer? Planned)
{
    public Shape? Output => Planned?.Output;
}
