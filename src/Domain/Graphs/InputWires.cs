using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Graphs;

/// <summary>What feeds a layer whose inputs are left out, and its name as it is known there.</summary>
internal readonly record struct Feed(Wire Wire, string Name);

/// <summary>Resolves what layers name as their inputs.</summary>
internal sealed class InputWires(Report report)
{
    /// <summary>Whether every reference so far means something that was written before it.</summary>
    public bool InOrder { get; private set; } = true;

    /// <summary>
    /// Where a layer's inputs come from, not followed yet; null after reporting why there are none. What an attribute names,
    /// such as <c>{ "like": … }</c>, comes last.
    /// </summary>
    public Wire[]? Of(LayerSpec layer, Scope scope, int position, Feed? previous)
    {
        var op = (layer as OperatorSpec)?.Operator;
        var named = NamedByAttribute(layer, op);
        var count = Count(layer, op, previous);
        var wires = new Wire[Math.Max(0, count) + named.Length];
        var found = count >= 0;
        for (var i = 0; i < count; i++)
        {
            if (layer.Inputs is null)
                wires[i] = previous!.Value.Wire;
            else
                found &= TryResolve(layer.Inputs[i], layer, scope, position, out wires[i]);
        }

        for (var i = 0; i < named.Length; i++)
            found &= TryResolve(named[i], layer, scope, position, out wires[wires.Length - named.Length + i]);
        return found ? wires : null;
    }

    /// <summary>What an attribute names for the layer to read: the size that it takes, or the states that it starts from.</summary>
    private static Reference[] NamedByAttribute(LayerSpec layer, Operator? op)
    {
        if (op?.Like is { } like)
            return [new(like.Layer, layer.Path[like.Attribute], "like", -1)];
        return op?.AlsoReads is var (attribute, names)
            ? [.. names.Each.Select((name, i) => new Reference(name, layer.Path, attribute, names.IsOne ? -1 : i))]
            : [];
    }

    /// <summary>How many inputs a layer has, written or not; -1 after reporting that it cannot have that many.</summary>
    private int Count(LayerSpec layer, Operator? op, Feed? previous)
    {
        var arity = op?.Arity ?? Arity.One;
        if (layer.Inputs is null && arity.Max == 0)
            return 0;
        if (layer.Inputs is not null && layer.Inputs.Length >= arity.Min && layer.Inputs.Length <= arity.Max)
            return layer.Inputs.Length;
        if (layer is UnreadableSpec)
            return layer.Inputs?.Length ?? 0;                                     // its arity is unknown
        if (layer.Inputs is not null)
        {
            var code = op is IMerge merge && layer.Inputs.Length == 0 ? merge.Degenerate : Codes.OutOfRange;
            var needs =
                arity.Max == 0 ? "no"
                : arity.Max == int.MaxValue ? $"at least {arity.Min}"
                : arity.Min == arity.Max ? $"{arity.Min}"
                : $"{arity.Min} to {arity.Max}";
            var advice =
                layer.Inputs.Length < arity.Min ? "Name the ones that are missing."
                : arity.Max == 0 ? "Leave 'inputs' out."
                : arity.Max == 1 ? "Join them by a concat or add before it."
                : "Take some away.";
            report.Error(
                code,
                layer.Path["inputs"],
                $"{(layer.Name is { } name ? $"{name}: " : "")}{layer.Type} takes {needs} input{(needs.EndsWith('1') ? "" : "s")} and "
                    + $"'inputs' names {layer.Inputs.Length}. {advice}"
            );
            return -1;
        }

        if (arity.Min <= 1 && previous is not null)
            return 1;
        report.Error(Codes.MissingField, layer.Path, arity.Min > 1
            ? $"{layer.Type} takes {arity.Min} inputs; name them in 'inputs'."
            : "The first layer needs 'inputs' when the spec does not have exactly one input.");
        return -1;
    }

    /// <summary>
    /// The full name of the layer that is named for its weights; null where none is, and after reporting that there is none. It may stand
    /// anywhere, since nothing flows.
    /// </summary>
    public string? Weights(LayerSpec layer, Reference? weights, Scope scope, int position)
    {
        if (weights is not { } named)
            return null;
        var inOrder = InOrder;
        var found = TryResolve(named, layer, scope, position, out var wire);
        InOrder = inOrder;
        return found ? wire.Source : null;
    }

    /// <summary>The wire that a reference means, not followed yet; false after reporting that there is none.</summary>
    private bool TryResolve(Reference reference, LayerSpec layer, Scope scope, int position, out Wire wire)
    {
        var (name, port) = Names.NameAndPort(reference.Name);
        if (scope.Resolve(name, position, out var later) is { } full)
        {
            InOrder &= !later;
            wire = new(full, port);
            return true;
        }

        report.Error(
            Codes.UnknownInput,
            reference.Path,
            $"There is no layer or input '{JsonText.Shortened(reference.Name)}' for {layer.Name ?? layer.Type} to "
                + $"read.{Spelling.DidYouMean(name, scope.Visible)}"
        );
        wire = default;
        return false;
    }
}
