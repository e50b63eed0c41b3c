using System.Globalization;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Graphs;

/// <summary><see cref="Spec"/> -> <see cref="Graph"/>: names resolved, branches, repetitions and blocks unrolled, layers in execution order.</summary>
public sealed class Expander
{
    /// <summary>In place of a port until a wire is followed: a bare name; and the layer itself, not what its name stands for.</summary>
    private const int Bare = -1, Itself = -2;

    /// <summary>What feeds a layer whose inputs are left out, and its name as it is known there.</summary>
    private readonly record struct Feed(Wire Wire, string Name);

    /// <summary>What a name stands for. <paramref name="Final"/>: it was followed to the end.</summary>
    private readonly record struct Alias(Wire Wire, bool Final = false);

    private readonly Report _report;
    private readonly List<Layer> _layers = [];
    private readonly Dictionary<string, Alias> _aliases = [];

    /// <summary>Full names with a <c>/</c>; those without are in their scope.</summary>
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _ported = [];
    private bool _once;
    private bool _inOrder = true;

    private Expander(Report report) => _report = report;

    public static Graph Expand(Spec spec, Report report) => new Expander(report).Run(spec);

    private Graph Run(Spec spec)
    {
        _layers.EnsureCapacity(spec.Layers.Count);
        var inputs = new Scope("", null, 0);
        foreach (var input in spec.Inputs)
            inputs.TryAdd(input.Name, -1);

        var scope = new Scope("", inputs, int.MaxValue);
        var list = new LayerList(spec.Layers, SpecPath.Root["layers"]);
        Feed? feed = spec.Inputs.Count == 1 ? new Feed(new(spec.Inputs[0].Name, Bare), spec.Inputs[0].Name) : null;
        if (IsTooLarge(list))
        {
            _once = true;                                                                 // for what is wrong with the names
            if (Unrolled.Of(list, once: true).Excess is null)
                ExpandList(list, scope, feed);
            return new(spec.Layout, spec.Inputs, [], []) { Symbols = spec.Symbols };
        }

        var last = ExpandList(list, scope, feed);
        var outputs = Outputs(spec, scope, last).ToList();
        var layers = Sort();
        return new(spec.Layout, spec.Inputs, layers, outputs) { Symbols = spec.Symbols, KnownAs = KnownAs() };
    }

    private bool IsTooLarge(LayerList list)
    {
        if (Unrolled.Of(list).Excess is not { } excess)
            return false;
        _report.Error(Codes.TooLarge, Unrolled.Culprit(list)?.Path ?? list.Path, $"Unrolled, the network has {excess}.");
        return true;
    }

    private Dictionary<string, string> KnownAs()
    {
        var known = new Dictionary<string, string>(_aliases.Count);
        foreach (var name in _aliases.Keys.ToList())
        {
            var final = Followed(new(name, Bare)).Source;
            if (!known.TryGetValue(final, out var shorter) || name.Length < shorter.Length)
                known[final] = name;
        }

        return known;
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
            var wires = Wires(layer, scope, i, previous);
            var fed = layer.Inputs is [var first, ..] ? first.Name : previous?.Name;
            previous = new(new(full, Bare), names[i]);
            if (wires is null || layer is UnreadableSpec)
                continue;
            switch (layer)
            {
                case OperatorSpec one:
                    ExpandOperator(one, full, wires, fed);
                    break;
                case ParallelSpec parallel:
                    ExpandParallel(parallel, full, new(wires[0], fed!), scope, i);
                    break;
                case RepeatSpec repeat:
                    ExpandRepeat(repeat, full, new(wires[0], fed!), scope, i);
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

    /// <summary>Where a layer's inputs come from, not followed yet; null after reporting why there are none. A layer named by <c>{ "like": … }</c> is the last input.</summary>
    private Wire[]? Wires(LayerSpec layer, Scope scope, int position, Feed? previous)
    {
        var op = (layer as OperatorSpec)?.Operator;
        Reference? like = op?.Like is { } named ? new(named.Layer, layer.Path[named.Attribute], "like", -1) : null;
        var count = Count(layer, op, previous);
        var wires = new Wire[Math.Max(0, count) + (like is null ? 0 : 1)];
        var found = count >= 0;
        for (var i = 0; i < count; i++)
        {
            if (layer.Inputs is null)
                wires[i] = previous!.Value.Wire;
            else
                found &= TryResolve(layer.Inputs[i], layer, scope, position, out wires[i]);
        }

        if (like is { } size)
            found &= TryResolve(size, layer, scope, position, out wires[^1]);
        return found ? wires : null;
    }

    /// <summary>How many inputs a layer has, written or not; -1 after reporting that it cannot have that many.</summary>
    private int Count(LayerSpec layer, Operator? op, Feed? previous)
    {
        var arity = op?.Arity ?? Arity.One;
        if (layer.Inputs is not null && layer.Inputs.Length >= arity.Min && layer.Inputs.Length <= arity.Max)
            return layer.Inputs.Length;
        if (layer.Inputs is not null)
        {
            var code = op is IMerge merge && layer.Inputs.Length == 0 ? merge.Degenerate : Codes.OutOfRange;
            var needs = arity.Max == int.MaxValue ? $"at least {arity.Min}" : arity.Min == arity.Max ? $"{arity.Min}" : $"{arity.Min} to {arity.Max}";
            _report.Error(code, layer.Path["inputs"], $"{layer.Type} takes {needs} input{(needs == "1" ? "" : "s")} and has {layer.Inputs.Length}.");
            return -1;
        }

        if (arity.Min <= 1 && previous is not null)
            return 1;
        _report.Error(Codes.MissingField, layer.Path, arity.Min > 1
            ? $"{layer.Type} takes {arity.Min} inputs; name them in 'inputs'."
            : "The first layer needs 'inputs' when the spec does not have exactly one input.");
        return -1;
    }

    /// <summary>The wire that a reference means, not followed yet; false after reporting that there is none.</summary>
    private bool TryResolve(Reference reference, LayerSpec layer, Scope scope, int position, out Wire wire)
    {
        var (name, port) = NameAndPort(reference.Name);
        if (scope.Resolve(name, position, out var later) is { } full)
        {
            _inOrder &= !later;
            wire = new(full, port);
            return true;
        }

        _report.Error(Codes.UnknownInput, reference.Path, $"There is no layer or input '{SpecReader.Shortened(reference.Name)}' that {layer.Name ?? layer.Type} can see.{Spelling.DidYouMean(name, scope.Visible)}");
        wire = default;
        return false;
    }

    /// <summary><c>name:1</c> is a part of a split, a name alone is <see cref="Bare"/>; the name is empty where what follows the colon is no number.</summary>
    private static (string Name, int Port) NameAndPort(string written)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return (written, Bare);
        return int.TryParse(written.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (written[..colon], port) : ("", Bare);
    }

    private void ExpandOperator(OperatorSpec layer, string full, Wire[] wires, string? fed)
    {
        Add(new(full, layer.Operator, wires, layer.Path) { References = layer.Inputs, Fed = fed });
        if (layer is { Norm: null, Activation: null })
            return;
        var inside = new Wire(full, Itself);
        if (layer.Norm is { } norm)
            inside = AddShorthand(layer, $"{full}/norm", norm, inside);
        if (layer.Activation is { } activation)
            inside = AddShorthand(layer, $"{full}/activation", activation, inside);
        _aliases[full] = new(new(inside.Source), Final: true);
    }

    private Wire AddShorthand(OperatorSpec layer, string full, Operator made, Wire input)
    {
        _names.Add(full);
        Add(new(full, made, [input], layer.Path) { Fed = input.Source });
        return new(full, Itself);
    }

    private void ExpandParallel(ParallelSpec layer, string full, Feed feed, Scope scope, int position)
    {
        var outputs = new Wire[layer.Branches.Count];
        for (var branch = 0; branch < layer.Branches.Count; branch++)
        {
            var list = layer.Branches[branch];
            outputs[branch] = ExpandList(list, new(string.Create(CultureInfo.InvariantCulture, $"{full}/branch{branch}/"), scope, position), feed)!.Value.Wire;
        }

        if (outputs.Length == 0 && layer.Merge is IMerge merge)
            _report.Error(merge.Degenerate, layer.Path["branches"], $"{full}: a parallel without branches has nothing to merge. Add a branch; an empty list is the identity.");
        else if (outputs.Length < layer.Merge.Arity.Min || outputs.Length > layer.Merge.Arity.Max)
            _report.Error(Codes.OutOfRange, layer.Path["branches"], $"{full}: {layer.Merge.Kind} cannot merge {outputs.Length} branches.");
        else
            Add(new(full, layer.Merge, outputs, layer.Path) { Branches = layer.Branches });
    }

    private void ExpandRepeat(RepeatSpec layer, string full, Feed feed, Scope scope, int position)
    {
        Feed? last = feed;
        for (var time = 0L; time < (_once ? 1 : layer.Times ?? 1) && !_report.IsFull; time++)
        {
            var prefix = layer.Times is null ? $"{full}/" : string.Create(CultureInfo.InvariantCulture, $"{full}/{time}/");
            last = ExpandList(layer.Body, new(prefix, scope, position), last);
            if (layer.Body.Layers.Count == 0)
                break;
        }

        _aliases[full] = new(last!.Value.Wire);
    }

    private void Add(Layer layer)
    {
        _layers.Add(layer);
        if (layer.Operator.HasPorts)
            _ported.Add(layer.Name);
    }

    private IEnumerable<GraphOutput> Outputs(Spec spec, Scope scope, Feed? last)
    {
        if (spec.Layers.Count == 0)
        {
            if (!_report.HasErrors)
                _report.Error(Codes.NoOutput, SpecPath.Root["layers"], "The network has no layers. Add one.");
            yield break;
        }

        if (spec.Outputs is null)
        {
            if (last is { } output)
                yield return new(output.Wire.Source, ToOne(output.Wire, SpecPath.Root["layers"]));
            yield break;
        }

        if (spec.Outputs.Length == 0)
            _report.Error(Codes.NoOutput, SpecPath.Root["outputs"], "'outputs' is empty. Name at least one layer, or leave it out for the last one.");
        var seen = new HashSet<string>();
        foreach (var reference in spec.Outputs)
        {
            if (!seen.Add(reference.Name))
                _report.Error(Codes.DuplicateName, reference.Path, $"The output '{reference.Name}' is there twice. Keep one.");
            else if (NameAndPort(reference.Name) is var (name, port) && scope.Resolve(name, int.MaxValue, out _) is { } full && Exists(full))
                yield return new(reference.Name, ToOne(new(full, port), reference.Path));
            else
                _report.Error(Codes.UnknownInput, reference.Path, $"There is no layer '{SpecReader.Shortened(reference.Name)}'.{Spelling.DidYouMean(reference.Name, scope.Visible)}");
        }
    }

    /// <summary>Follows what a name stands for (a shorthand's last layer, a repetition's last output) to the layer that computes it.</summary>
    private Wire Followed(Wire wire)
    {
        if (wire.Port == Itself)
            return new(wire.Source);
        if (!_aliases.TryGetValue(wire.Source, out var alias))
            return wire;
        if (!alias.Final)
            alias = Follow(wire.Source, alias);
        return alias.Wire.Port < 0 || wire.Port > 0 ? alias.Wire with { Port = wire.Port } : alias.Wire;
    }

    /// <summary>Follows to the end, and keeps it for every name on the way: empty repetitions make chains as long as the network, and a circle has no end.</summary>
    private Alias Follow(string name, Alias alias)
    {
        var passed = new List<(string Name, Wire Meant)> { (name, alias.Wire) };
        while (!alias.Final && passed.Count < LayerReader.MaxLayers && _aliases.TryGetValue(alias.Wire.Source, out var next))
        {
            passed.Add((alias.Wire.Source, next.Wire));
            alias = next;
        }

        var end = alias.Wire;
        for (var i = passed.Count - 1; i >= 0; i--)
        {
            end = passed[i].Meant.Port > 0 || end.Port < 0 ? end with { Port = passed[i].Meant.Port } : end;
            _aliases[passed[i].Name] = new(end, Final: true);
        }

        return new(end, Final: true);
    }

    /// <summary>The wire to an input or output; reports the bare name of a layer that has parts only.</summary>
    /// <param name="user">Who names it.</param>
    private Wire ToOne(Wire wire, SpecPath user, Layer? layer = null, int input = 0)
    {
        var followed = Followed(wire);
        if (followed.Port >= 0)
            return followed;
        if (_ported.Contains(followed.Source))
            _report.Error(Codes.UnknownInput, layer?.EdgeOf(input)?.Reference ?? user, $"{followed.Source} has several outputs and none that its bare name means. Name one of them: '{followed.Source}:0'.");
        return new(followed.Source);
    }

    private bool Exists(string full) => !full.Contains('/', StringComparison.Ordinal) || _names.Contains(full);

    private List<Layer> Sort()
    {
        foreach (var layer in _layers)
        {
            for (var i = 0; i < layer.Inputs.Length; i++)
            {
                if (!Exists(layer.Inputs[i].Source))
                    _report.Error(Codes.UnknownInput, layer.EdgeOf(i)?.Reference ?? layer.Path, $"There is no layer '{SpecReader.Shortened(layer.InputName(i))}'.");
                layer.Inputs[i] = ToOne(layer.Inputs[i], layer.Path, layer, i);
            }
        }

        return _inOrder ? _layers : ExecutionOrder.Of(_layers, _report);
    }
}
