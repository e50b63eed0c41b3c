using System.Globalization;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Specs;
using ConcatService.Operators;

namespace ConcatService.Domain.Graphs;

/// <summary>
/// <see cref="Spec"/> -> <see cref="Graph"/>: names resolved, branches, repetitions and blocks unrolled, layers in execution order.
/// </summary>
public sealed class Expander
{
    private readonly Report _report;
    private readonly Names _names;
    private readonly InputWires _inputs;
    private readonly List<Layer> _layers = [];
    private readonly List<Layer> _unresolved = [];
    private readonly List<int> _starts = [];
    private readonly KnownLayers? _known;
    private readonly Dictionary<string, LayerSource> _sources = [];
    private bool _once, _hasInputs;

    /// <summary>The innermost time_distributed that is expanded.</summary>
    private string? _steps;

    /// <summary>Of the innermost repetition or block that is expanded: what stands before the names in it.</summary>
    private string? _unit;

    /// <summary>Inside of a structure that shares the weights of another: both their names.</summary>
    private (string Own, string Other)? _shares;

    private Expander(Report report, KnownLayers? known)
    {
        _report = report;
        _known = known;
        _names = new(report);
        _inputs = new(report);
    }

    public static Graph Expand(Spec spec, Report report) => new Expander(report, null).Run(spec);

    /// <summary>The same, where much the same spec was expanded before.</summary>
    internal static Graph Expand(Spec spec, Report report, Spec before, Graph expanded) =>
        new Expander(report, KnownLayers.Of(spec, before, expanded)).Run(spec);

    private Graph Run(Spec spec)
    {
        var found = _report.Diagnostics.Count;
        _layers.EnsureCapacity(spec.Layers.Count);
        _hasInputs = spec.Inputs.Count > 0;
        var inputs = new Scope("", null, 0);
        foreach (var input in spec.Inputs)
            inputs.TryAdd(input.Name, -1);

        var scope = new Scope("", inputs, int.MaxValue);
        var list = new LayerList(spec.Layers, SpecPath.Root["layers"]);
        Feed? feed = spec.Inputs.Count == 1 ? new Feed(new(spec.Inputs[0].Name, Names.Bare), spec.Inputs[0].Name) : null;
        if (IsTooLarge(list))
        {
            _once = true;                                                                 // for what is wrong with the names
            if (Unrolled.Of(list, once: true).Excess is null)
                ExpandList(list, scope, feed);
            return new(spec.Layout, spec.Inputs, [], []) { Symbols = spec.Symbols };
        }

        var last = ExpandList(list, scope, feed);
        var outputs = Outputs.Of(spec, scope, last, _names, _report).ToList();
        var sorted = Sort();
        var isAsWritten = _inputs.InOrder && _report.Diagnostics.Count == found && !sorted.Exists(IsByDepth);
        return new(spec.Layout, spec.Inputs, ByDepth(sorted), outputs)
        {
            Symbols = spec.Symbols,
            KnownAs = _names.KnownAs(),
            Sources = _sources,
            Starts = isAsWritten ? _starts : null,
        };
    }

    private bool IsTooLarge(LayerList list)
    {
        if (Unrolled.Of(list).Excess is not { } excess)
            return false;
        _report.Error(Codes.TooLarge, Unrolled.Culprit(list)?.Path ?? list.Path, $"Unrolled, the network has {excess}.");
        return true;
    }

    /// <summary>Adds the list's layers; returns the list's output, the last layer's, or the feed for an empty list.</summary>
    private Feed? ExpandList(LayerList list, Scope scope, Feed? feed)
    {
        var names = NameAll(list, scope);
        var previous = feed;
        for (var i = 0; i < list.Layers.Count && !_report.IsFull; i++)
        {
            var layer = list.Layers[i];
            var full = scope.FullName(names[i]);
            if (layer.Source is { } source)
                _sources[full] = source;
            if (scope.IsRoot)
            {
                _starts.Add(_layers.Count);
                if (_known is not null && _known.Of(layer, i) is { Length: > 0 } known)
                {
                    Take(known);
                    previous = new(new(full, Names.Bare), names[i]);
                    continue;
                }
            }

            var wires = _inputs.Of(layer, scope, i, previous);
            var fed = layer.Inputs is [var first, ..] ? first.Name : wires is [] ? null : previous?.Name;
            previous = new(new(full, Names.Bare), names[i]);
            if (wires is null || layer is UnreadableSpec)
                continue;
            switch (layer)
            {
                case OperatorSpec one:
                    ExpandOperator(one, full, wires, fed, _inputs.Weights(one, one.Weights, scope, i));
                    break;
                case ParallelSpec parallel:
                    ExpandParallel(parallel, full, new(wires[0], fed!), scope, i);
                    break;
                case RepeatSpec repeat:
                    ExpandRepeat(repeat, full, new(wires[0], fed!), scope, i);
                    break;
                case StepsSpec steps:
                    ExpandSteps(steps, full, new(wires[0], fed!), scope, i);
                    break;
                default:
                    throw new InvalidOperationException($"No expansion for {layer.GetType()}.");
            }
        }

        return previous;
    }

    private string[] NameAll(LayerList list, Scope scope)
    {
        var names = new string[list.Layers.Count];
        scope.EnsureCapacity(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            var layer = list.Layers[i];
            if (layer.Name is not { } name)
                continue;
            names[i] = name;
            if (!scope.TryAdd(name, i) || scope.IsInput(name))
                _report.Error(Codes.DuplicateName, layer.Path["name"], $"The name '{name}' is there twice. Rename one.");
        }

        for (var i = 0; i < names.Length; i++)
        {
            if (list.Layers[i].Name is not null)
                continue;
            var type = list.Layers[i].Type is { Length: > 0 } given ? given : "layer";
            var number = i;
            do
                names[i] = string.Create(CultureInfo.InvariantCulture, $"{type}_{number++}");
            while (!scope.TryAdd(names[i], i));
        }

        if (scope.IsRoot)
            return names;
        foreach (var name in names)
            _names.Add(scope.FullName(name));
        return names;
    }

    private void ExpandOperator(OperatorSpec layer, string full, Wire[] wires, string? fed, string? weights)
    {
        if (layer.Operator.Arity.Max == 0 && !_hasInputs)
            _report.Error(
                Codes.MissingField,
                SpecPath.Root["inputs"],
                $"{full}: a network without inputs has no batch to stretch a {layer.Type} over. Give it an input."
            );
        Add(
            new(full, layer.Operator, wires, layer.Path)
            {
                References = layer.Inputs,
                Fed = fed,
                Weights = weights,
            }
        );
        if (layer is { Norm: null, Activation: null })
            return;
        var inside = new Wire(full, Names.Itself);
        if (layer.Norm is { } norm)
            inside = AddShorthand(layer, $"{full}/norm", norm, inside);
        if (layer.Activation is { } activation)
            inside = AddShorthand(layer, $"{full}/activation", activation, inside);
        _names.SetAlias(full, new(inside.Source), final: true);
    }

    private Wire AddShorthand(OperatorSpec layer, string full, Operator made, Wire input)
    {
        _names.Add(full);
        Add(new(full, made, [input], layer.Path) { Fed = input.Source });
        return new(full, Names.Itself);
    }

    private void ExpandParallel(ParallelSpec layer, string full, Feed feed, Scope scope, int position)
    {
        var outputs = new Wire[layer.Branches.Count];
        for (var branch = 0; branch < layer.Branches.Count; branch++)
        {
            var list = layer.Branches[branch];
            outputs[branch] = ExpandList(
                list,
                new(string.Create(CultureInfo.InvariantCulture, $"{full}/branch{branch}/"), scope, position),
                feed
            )!.Value.Wire;
        }

        if (outputs.Length == 0 && layer.Merge is IMerge merge)
            _report.Error(
                merge.Degenerate,
                layer.Path["branches"],
                $"{full}: a parallel without branches has nothing to merge. Add a branch; an empty list is the identity."
            );
        else if (outputs.Length < layer.Merge.Arity.Min || outputs.Length > layer.Merge.Arity.Max)
            _report.Error(
                Codes.OutOfRange,
                layer.Path["branches"],
                $"{full}: {layer.Merge.Kind} takes "
                    + $"{(layer.Merge.Arity.Max == int.MaxValue ? $"at least {layer.Merge.Arity.Min}" : $"{layer.Merge.Arity.Max}")} "
                    + $"inputs and there are {outputs.Length} branches. Take another merge, or as many branches."
            );
        else
            Add(new(full, layer.Merge, outputs, layer.Path) { Branches = [.. layer.Branches.Select(branch => branch.Path)] });
    }

    private void ExpandRepeat(RepeatSpec layer, string full, Feed feed, Scope scope, int position)
    {
        Feed? last = feed;
        var (outer, around) = (_shares, _unit);
        if (_inputs.Weights(layer, layer.Weights, scope, position) is { } other)
            _shares = (full, other);
        for (var time = 0L; time < (_once ? 1 : layer.Times ?? 1) && !_report.IsFull; time++)
        {
            var prefix = layer.Times is null ? $"{full}/" : string.Create(CultureInfo.InvariantCulture, $"{full}/{time}/");
            _unit = prefix;
            last = ExpandList(layer.Body, new(prefix, scope, position), last);
            if (layer.Body.Layers.Count == 0)
                break;
        }

        (_shares, _unit) = (outer, around);
        _names.SetAlias(full, last!.Value.Wire);
    }

    /// <summary>The steps go into the batch, through the list, and back: <c>NAME/fold</c>, the list, <c>NAME</c>.</summary>
    private void ExpandSteps(StepsSpec layer, string full, Feed feed, Scope scope, int position)
    {
        var (fold, outer) = ($"{full}/{Layer.FoldPart}", _steps);
        if (layer.Body.Layers.FirstOrDefault(each => each.Name == Layer.FoldPart) is { } same)
            _report.Error(Codes.DuplicateName, same.Path["name"], $"'{fold}' is the layer that folds the steps. Rename this one.");
        _names.Add(fold);
        Add(
            new(fold, new FoldSteps { Kind = "fold_steps" }, [feed.Wire], layer.Path)
            {
                References = layer.Inputs,
                Fed = feed.Name,
                Gives = full,
            }
        );
        _steps = full;
        var last = ExpandList(layer.Body, new($"{full}/", scope, position), new Feed(new(fold, Names.Bare), feed.Name))!.Value.Wire;
        Add(new(full, new UnfoldSteps { Kind = "unfold_steps" }, [last, feed.Wire], layer.Path) { Gives = outer });
        _steps = outer;
    }

    /// <summary>A layer with its shorthand, resolved before.</summary>
    private void Take(ReadOnlySpan<Layer> known)
    {
        var layer = known[0];
        _layers.AddRange(known);
        if (layer.Operator.HasPorts)
            _names.AddPorted(layer.Name);
        if (known.Length == 1)
            return;
        foreach (var part in known[1..])
            _names.Add(part.Name);
        _names.SetAlias(layer.Name, new(known[^1].Name), final: true);
    }

    private void Add(Layer layer)
    {
        if (_steps is not null)
            layer = layer with { Steps = _steps };
        if (_unit is not null)
            layer = layer with { Unit = _unit };
        if (layer.Weights is null && _shares is var (own, other))
            layer = layer with { Weights = string.Concat(other, layer.Name.AsSpan(own.Length)) };
        _layers.Add(layer);
        _unresolved.Add(layer);
        if (layer.Operator.HasPorts)
            _names.AddPorted(layer.Name);
    }

    /// <summary>The l-th of L layers that drop paths by the linear rule drops l / L of what is given (Huang et al. 2016).</summary>
    private static List<Layer> ByDepth(List<Layer> layers)
    {
        var deeper = layers.Count(IsByDepth);
        for (var (i, depth) = (0, 0); depth < deeper; i++)
        {
            if (layers[i].Operator is DropPath { Rule: DropRule.Linear } drop)
                layers[i] = layers[i] with { Operator = drop with { P = drop.P * ++depth / deeper } };
        }

        return layers;
    }

    private static bool IsByDepth(Layer layer) => layer.Operator is DropPath { Rule: DropRule.Linear };

    private List<Layer> Sort()
    {
        foreach (var layer in _unresolved)
        {
            for (var i = 0; i < layer.Inputs.Length; i++)
            {
                if (!_names.Exists(layer.Inputs[i].Source))
                    _report.Error(
                        Codes.UnknownInput,
                        layer.EdgeOf(i)?.Reference ?? layer.Path,
                        $"{layer.Name}: there is no layer '{JsonText.Shortened(layer.InputName(i))}' to read. Correct the name."
                    );
                layer.Inputs[i] = _names.ToOne(layer.Inputs[i], layer.Path, layer, i);
            }
        }

        return _inputs.InOrder ? _layers : ExecutionOrder.Of(_layers, _report);
    }
}
