using System.Globalization;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Graphs;

/// <summary><see cref="Spec"/> -> <see cref="Graph"/>: names resolved, branches, repetitions and blocks unrolled, layers in execution order.</summary>
public sealed class Expander
{
    /// <summary>A layer whose inputs are still names.</summary>
    private sealed record Draft(string Name, Operator Operator, SpecPath Path, IReadOnlyList<Source> Inputs);

    /// <summary>An input as a full name. <paramref name="Final"/>: the layer itself is meant, not what its name stands for.</summary>
    private readonly record struct Source(string FullName, int Port, Edge Edge, bool Final = false);

    private readonly Report _report;
    private readonly List<Draft> _drafts = [];
    private readonly Dictionary<string, Source> _aliases = [];
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _ported = [];
    private bool _once;

    private Expander(Report report) => _report = report;

    public static Graph Expand(Spec spec, Report report) => new Expander(report).Run(spec);

    private Graph Run(Spec spec)
    {
        _names.EnsureCapacity(spec.Layers.Count);
        _drafts.EnsureCapacity(spec.Layers.Count);
        var inputs = new Scope("", null, 0);
        foreach (var input in spec.Inputs)
        {
            inputs.TryAdd(input.Name, -1);
            _names.Add(input.Name);
        }

        var scope = new Scope("", inputs, int.MaxValue);
        var list = new LayerList(spec.Layers, SpecPath.Root["layers"]);
        Source? feed = spec.Inputs.Count == 1 ? new Source(spec.Inputs[0].Name, 0, new(list.Path, 0, null, spec.Inputs[0].Name)) : null;
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
        foreach (var (name, meant) in _aliases.ToList())
        {
            var final = Wired(meant).Source;
            if (!known.TryGetValue(final, out var shorter) || name.Length < shorter.Length)
                known[final] = name;
        }

        return known;
    }

    /// <summary>Adds the list's layers; returns the list's output, the last layer's, or the feed for an empty list.</summary>
    private Source? ExpandList(LayerList list, Scope scope, Source? feed)
    {
        var names = NameAll(list, scope);
        var previous = feed;
        for (var i = 0; i < list.Layers.Count && !_report.IsFull; i++)
        {
            var layer = list.Layers[i];
            var full = scope.FullName(names[i]);
            var sources = AddLike(layer, Sources(layer, scope, i, list.Path, previous), scope, i, list.Path);
            previous = new(full, 0, new(list.Path, i + 1, null, names[i]));
            if (sources is null || layer is UnreadableSpec)
                continue;
            switch (layer)
            {
                case OperatorSpec one:
                    ExpandOperator(one, full, sources);
                    break;
                case ParallelSpec parallel:
                    ExpandParallel(parallel, full, sources[0], scope, i);
                    break;
                case RepeatSpec repeat:
                    ExpandRepeat(repeat, full, sources[0], scope, i);
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
            if (!scope.TryAdd(name, i) || (scope.FullName(name) == name && _names.Contains(name)))
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

        foreach (var name in names)
            _names.Add(scope.FullName(name));
        return names;
    }

    /// <summary>Where a layer's inputs come from; null after reporting why there are none.</summary>
    private List<Source>? Sources(LayerSpec layer, Scope scope, int position, SpecPath list, Source? previous)
    {
        var arity = layer is OperatorSpec one ? one.Operator.Arity : Arity.One;
        if (layer.Inputs is null && arity.Min > 1)
        {
            _report.Error(Codes.MissingField, layer.Path, $"{layer.Type} takes {arity.Min} inputs; name them in 'inputs'.");
            return null;
        }

        if (layer.Inputs is null)
        {
            if (previous is { } fed)
                return [fed with { Edge = fed.Edge with { List = list, Index = position, Reference = null } }];
            _report.Error(Codes.MissingField, layer.Path, "The first layer needs 'inputs' when the spec does not have exactly one input.");
            return null;
        }

        if (layer.Inputs.Count < arity.Min || layer.Inputs.Count > arity.Max)
        {
            var code = layer is OperatorSpec { Operator: IMerge merge } && layer.Inputs.Count == 0 ? merge.Degenerate : Codes.OutOfRange;
            var needs = arity.Max == int.MaxValue ? $"at least {arity.Min}" : arity.Min == arity.Max ? $"{arity.Min}" : $"{arity.Min} to {arity.Max}";
            _report.Error(code, layer.Path["inputs"], $"{layer.Type} takes {needs} input{(needs == "1" ? "" : "s")} and has {layer.Inputs.Count}.");
            return null;
        }

        var sources = new List<Source>(layer.Inputs.Count);
        foreach (var reference in layer.Inputs)
        {
            if (Resolve(reference, layer, scope, position, list) is { } source)
                sources.Add(source);
        }

        return sources.Count == layer.Inputs.Count ? sources : null;
    }

    /// <summary>The source that a reference means; null after reporting that there is none.</summary>
    private Source? Resolve(Reference reference, LayerSpec layer, Scope scope, int position, SpecPath list)
    {
        var (name, port) = NameAndPort(reference.Name);
        if (scope.Resolve(name, position) is { } full)
            return new(full, port, new(list, position, reference.Path, reference.Name));
        _report.Error(Codes.UnknownInput, reference.Path, $"There is no layer or input '{SpecReader.Shortened(reference.Name)}' that {layer.Name ?? layer.Type} can see.{Spelling.DidYouMean(name, scope.Visible)}");
        return null;
    }

    /// <summary><c>name:1</c> is a part of a split; the name is empty where what follows the colon is no number.</summary>
    private static (string Name, int Port) NameAndPort(string written)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return (written, 0);
        return int.TryParse(written.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (written[..colon], port) : ("", 0);
    }

    /// <summary>Adds the layer named by <c>{ "like": … }</c>, when there is one, as the last input.</summary>
    private List<Source>? AddLike(LayerSpec layer, List<Source>? sources, Scope scope, int position, SpecPath list)
    {
        if (layer is not OperatorSpec { Operator.Like: { } like })
            return sources;
        var source = Resolve(new(like.Layer, layer.Path[like.Attribute]["like"]), layer, scope, position, list);
        if (sources is null || source is null)
            return null;
        sources.Add(source.Value);
        return sources;
    }

    private void ExpandOperator(OperatorSpec layer, string full, List<Source> sources)
    {
        if (layer is { Norm: null, Activation: null })
        {
            Add(new(full, layer.Operator, layer.Path, sources));
            return;
        }

        Add(new(full, layer.Operator, layer.Path, sources));
        var inside = new Source(full, 0, new(layer.Path, 0, null, full), Final: true);
        if (layer.Norm is { } norm)
        {
            Add(new($"{full}/norm", norm, layer.Path, [inside]));
            inside = inside with { FullName = $"{full}/norm" };
        }

        if (layer.Activation is { } activation)
        {
            Add(new($"{full}/activation", activation, layer.Path, [inside]));
            inside = inside with { FullName = $"{full}/activation" };
        }

        _aliases[full] = inside;
    }

    private void ExpandParallel(ParallelSpec layer, string full, Source feed, Scope scope, int position)
    {
        var outputs = new List<Source>();
        for (var branch = 0; branch < layer.Branches.Count; branch++)
        {
            var list = layer.Branches[branch];
            var output = ExpandList(list, new(string.Create(CultureInfo.InvariantCulture, $"{full}/branch{branch}/"), scope, position), feed)!.Value;
            outputs.Add(output with { Edge = new(list.Path, -1, null, $"branch {branch}") });
        }

        if (outputs.Count == 0 && layer.Merge is IMerge merge)
            _report.Error(merge.Degenerate, layer.Path["branches"], $"{full}: a parallel without branches has nothing to merge. Add a branch; an empty list is the identity.");
        else if (outputs.Count < layer.Merge.Arity.Min || outputs.Count > layer.Merge.Arity.Max)
            _report.Error(Codes.OutOfRange, layer.Path["branches"], $"{full}: {layer.Merge.Kind} cannot merge {outputs.Count} branches.");
        else
            Add(new(full, layer.Merge, layer.Path, outputs));
    }

    private void ExpandRepeat(RepeatSpec layer, string full, Source feed, Scope scope, int position)
    {
        Source? last = feed;
        for (var time = 0L; time < (_once ? 1 : layer.Times ?? 1) && !_report.IsFull; time++)
        {
            var prefix = layer.Times is null ? $"{full}/" : string.Create(CultureInfo.InvariantCulture, $"{full}/{time}/");
            last = ExpandList(layer.Body, new(prefix, scope, position), last);
            if (layer.Body.Layers.Count == 0)
                break;
        }

        _aliases[full] = last!.Value;
    }

    private void Add(Draft draft)
    {
        _names.Add(draft.Name);
        _drafts.Add(draft);
        if (draft.Operator.HasPorts)
            _ported.Add(draft.Name);
    }

    private IEnumerable<GraphOutput> Outputs(Spec spec, Scope scope, Source? last)
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
                yield return new(output.FullName, WiredToOne(output, SpecPath.Root["layers"]));
            yield break;
        }

        if (spec.Outputs.Count == 0)
            _report.Error(Codes.NoOutput, SpecPath.Root["outputs"], "'outputs' is empty. Name at least one layer, or leave it out for the last one.");
        var seen = new HashSet<string>();
        foreach (var reference in spec.Outputs)
        {
            if (!seen.Add(reference.Name))
                _report.Error(Codes.DuplicateName, reference.Path, $"The output '{reference.Name}' is there twice. Keep one.");
            else if (NameAndPort(reference.Name) is var (name, port) && scope.Resolve(name, int.MaxValue) is { } full && _names.Contains(full))
                yield return new(reference.Name, WiredToOne(new(full, port, new(reference.Path, 0, reference.Path, reference.Name)), reference.Path));
            else
                _report.Error(Codes.UnknownInput, reference.Path, $"There is no layer '{SpecReader.Shortened(reference.Name)}'.{Spelling.DidYouMean(reference.Name, scope.Visible)}");
        }
    }

    /// <summary>Follows what a name stands for (a shorthand's last layer, a repetition's last output) to the layer that computes it.</summary>
    private Wire Wired(Source source)
    {
        // What was followed once is known from then on: empty repetitions make chains as long as the network, and a circle has no end.
        var followed = new List<(string Name, Source Meant)>();
        var at = source;
        while (!at.Final && followed.Count < LayerReader.MaxLayers && _aliases.TryGetValue(at.FullName, out var meant))
        {
            followed.Add((at.FullName, meant));
            at = meant;
        }

        var port = 0;
        for (var i = followed.Count - 1; i >= 0; i--)
        {
            port = followed[i].Meant.Port != 0 ? followed[i].Meant.Port : port;
            _aliases[followed[i].Name] = followed[i].Meant with { FullName = at.FullName, Port = port, Final = true };
        }

        return new(at.FullName, source.Port != 0 ? source.Port : port);
    }

    /// <summary>The wire to an input or output; reports the bare name of a layer that has parts only.</summary>
    private Wire WiredToOne(Source source, SpecPath user)
    {
        var wire = Wired(source);
        if (_ported.Contains(wire.Source) && !source.Edge.Written.Contains(':', StringComparison.Ordinal))
            _report.Error(Codes.UnknownInput, source.Edge.Reference ?? user, $"{wire.Source} has several outputs and none that its bare name means. Name one of them: '{wire.Source}:0'.");
        return wire;
    }

    private List<Layer> Sort()
    {
        var layers = new List<Layer>(_drafts.Count);
        foreach (var draft in _drafts)
        {
            var wires = new Wire[draft.Inputs.Count];
            var edges = new Edge[draft.Inputs.Count];
            for (var i = 0; i < wires.Length; i++)
            {
                var input = draft.Inputs[i];
                if (!_names.Contains(input.FullName))
                    _report.Error(Codes.UnknownInput, input.Edge.Reference ?? draft.Path, $"There is no layer '{SpecReader.Shortened(input.Edge.Written)}'.");
                wires[i] = WiredToOne(input, draft.Path);
                edges[i] = input.Edge;
            }

            layers.Add(new(draft.Name, draft.Operator, wires, draft.Path) { Edges = edges });
        }

        return ExecutionOrder.Of(layers, _report);
    }
}
