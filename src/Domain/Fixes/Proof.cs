using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Fixes;

/// <summary>Compiles the patched spec: a fix is offered only when its finding is gone and no other error came.</summary>
public sealed class Proof
{
    private static readonly Dictionary<string, string> Always = [];

    private readonly Compilation _before;
    private readonly PatchedSpec _patched;
    private readonly Func<Compilation, Shape?> _outputWhenGone;
    private readonly string? _path;
    private readonly HashSet<string> _errorsBefore, _hiddenBefore;
    private readonly (long Parameters, long? Macs) _countedBefore;
    private readonly List<(Wire Wire, Shape Shape)> _outputsBefore, _mergesBefore;
    private readonly Lazy<List<(Wire Wire, Shape Shape)>> _besideBefore;

    /// <param name="before">The spec with the finding.</param>
    /// <param name="json">The spec as sent, which the patches apply to.</param>
    /// <param name="outputWhenGone">What the repaired place gives; null while the finding is still there.</param>
    /// <param name="place">The layer that is repaired: what is behind it may change its shape.</param>
    public Proof(Compilation before, JsonElement json, Func<Compilation, Shape?> outputWhenGone, string? place = null)
    {
        _before = before;
        _patched = new(before, json);
        _outputWhenGone = outputWhenGone;
        _errorsBefore = [.. Errors(before)];
        _path = before.Graph.Layers.FirstOrDefault(layer => layer.Name == place)?.Path.ToString();
        _hiddenBefore = [.. before.Planned.Rows.Where(row => row.Output is null).Select(row => row.Layer.Name)];
        _countedBefore = Counted(before);
        var behind = Behind(before, place);
        _outputsBefore = Shaped(before.Graph.Outputs.Select(each => each.Wire));
        _mergesBefore = Shaped(
            before
                .Planned.Layers.Where(each => each.Inputs.Length > 1 && each.Operator is IMerge && !IsGate(each))
                .Select(each => new Wire(each.Name))
        );
        _besideBefore = new(() =>
        {
            var ahead = Ahead(before, place);
            return Shaped(before.Planned.Layers.Where(each => !ahead.Contains(each.Name)).Select(each => new Wire(each.Name)));
        });

        // Those that were right, and are not behind the repaired place.
        List<(Wire Wire, Shape Shape)> Shaped(IEnumerable<Wire> wires) =>
            [
                .. wires
                    .Where(wire => !behind.Contains(wire.Source))
                    .Select(wire => (wire, before.Planned.Shapes.GetValueOrDefault(wire)!))
                    .Where(each => each.Item2 is not null),
            ];
    }

    public Proof(MergeCase merge)
        : this(merge.Compiled, merge.Json, after => after.Planned.Shapes.GetValueOrDefault(new Wire(merge.Merge.Name)), merge.Merge.Name)
    {
    }

    /// <summary>A proven fix with its figures, or null.</summary>
    public Proven? Try(Candidate candidate)
    {
        if (Patched(candidate.Patch) is not var (after, added) || _outputWhenGone(after) is not { } output)
            return null;
        var counted = Counted(after);
        var fix = new Fix(
            candidate.Id,
            candidate.Kind,
            candidate.Title,
            candidate.Effect,
            counted.Parameters - _countedBefore.Parameters,
            counted.Macs - _countedBefore.Macs,
            output,
            candidate.Patch
        )
        {
            HoldsFor = after.Report.HasConditions
                ? Constraint.Of(after.Planned.Conditions).ToDictionary(each => each.Symbol, each => each.Condition)
                : Always,
        };
        return new(candidate, fix, added, after.Report.Diagnostics.Count(found => found.Severity == Severity.Condition))
        {
            ChangedOutputs = _outputsBefore.Count(each => IsChanged(after, each.Wire, each.Shape)),
            ChangedMerges = _mergesBefore.Count(each => IsChanged(after, each.Wire, each.Shape)),
            ChangesBeside = candidate.IsWidth && _besideBefore.Value.Exists(each => IsChanged(after, each.Wire, each.Shape)),
            GivesInputSize = GivesInputSize(after),
            MakesDeclarationsWrong =
                added > 0
                && after
                    .Report.Diagnostics.Where(found => found.Severity == Severity.Error && IsNew(found))
                    .All(found => found.Code == Codes.DeclaredWidth),
            LimitsSizesAlone = added > 0 && !after.Report.Diagnostics.Any(found => found.Severity == Severity.Error && IsNew(found)),
            ComesAgain = after.Report.Diagnostics.Any(found =>
                found.Severity == Severity.Error && IsNew(found) && found.Path.ToString() == _path
            ),
        };
    }

    private static bool IsChanged(Compilation after, Wire wire, Shape before) =>
        after.Planned.Shapes.TryGetValue(wire, out var now) && !before.SameSizes(now);

    // What weighs a map by fewer numbers meets no other branch: the map may have any size.
    private static bool IsGate(PlannedLayer layer) =>
        layer.Operator is IMerge { JoinedAxis: null }
        && layer.InputShapes.Any(input => input.SameAxes(layer.Output) && !input.SameSizes(layer.Output));

    // The layer and all that it comes from.
    private static HashSet<string> Ahead(Compilation compiled, string? place)
    {
        HashSet<string> ahead = place is null ? [] : [place];
        foreach (var layer in compiled.Graph.Layers.Reverse().Where(each => ahead.Contains(each.Name)))
        {
            foreach (var wire in layer.Inputs)
                ahead.Add(wire.Source);
        }

        return ahead;
    }

    // The layer and all that descends from it.
    private static HashSet<string> Behind(Compilation compiled, string? place)
    {
        HashSet<string> behind = place is null ? [] : [place];
        foreach (var layer in compiled.Graph.Layers)
        {
            if (Array.Exists(layer.Inputs, wire => behind.Contains(wire.Source)))
                behind.Add(layer.Name);
        }

        return behind;
    }

    /// <summary>Whether an output that had no shape comes out as large as an input, as a mask or picture does.</summary>
    private bool GivesInputSize(Compilation after)
    {
        foreach (var output in _before.Graph.Outputs)
        {
            if (
                !_before.Planned.Shapes.ContainsKey(output.Wire)
                && after.Planned.Shapes.TryGetValue(output.Wire, out var shape)
                && shape.SpatialAxes.Count() > 1
                && _before.Graph.Inputs.Any(input => input.Shape.SpatialSizes == shape.SpatialSizes)
            )
                return true;
        }

        return false;
    }

    /// <summary>
    /// The patched spec compiled, with the number of errors that it brings to light; null where it cannot be patched, or has an error that
    /// the patch made.
    /// </summary>
    internal (Compilation After, int NewErrors)? Patched(JsonArray patch)
    {
        Compilation after;
        try
        {
            after = _patched.Compile(patch);
        }
        catch (Exception inapplicable) when (inapplicable is InvalidOperationException or ArgumentException)
        {
            return null;
        }

        // Errors further down, at layers that had no shape before, are not this fix's doing; it still ranks behind a fix that brings none
        // to light.
        var added = after.Report.Diagnostics.Where(found => found.Severity == Severity.Error && IsNew(found)).ToList();
        if (added.Any(found => found.Layer is null || !_hiddenBefore.Contains(found.Layer)))
            return null;
        return (after, added.Count + after.Report.Diagnostics.Count(found => found.Severity == Severity.Condition && IsNew(found)));
    }

    /// <summary>Whether the spec as sent did not have this error or condition.</summary>
    public bool IsNew(Diagnostic found) => !_errorsBefore.Contains(Key(found));

    private static IEnumerable<string> Errors(Compilation compiled) =>
        compiled.Report.Diagnostics.Where(found => found.Severity is Severity.Error or Severity.Condition).Select(Key);

    private static string Key(Diagnostic found) => $"{found.Severity} {found.Code} {found.Layer ?? found.Path.ToString()}";

    // Behind a mismatch nothing is counted, so both sides are counted up to and with the merge.
    private (long Parameters, long? Macs) Counted(Compilation compiled)
    {
        var (parameters, macs) = (0L, (long?)0);
        foreach (var layer in compiled.Planned.Layers)
        {
            if (_hiddenBefore.Contains(layer.Name))
                continue;
            parameters = Saturating.Add(parameters, layer.ParameterCount);
            macs += layer.Macs;
        }

        return (parameters, macs);
    }
}

/// <summary>A candidate that compiles.</summary>
/// <param name="NewErrors">Errors that it brings to light at layers behind the merge, and conditions where there were none.</param>
/// <param name="Conditions">Layers that then still hold for some sizes of the symbols only.</param>
public sealed record Proven(Candidate Candidate, Fix Fix, int NewErrors, int Conditions)
{
    /// <summary>Outputs of the network that were right and have another shape now.</summary>
    public int ChangedOutputs { get; init; }

    /// <summary>Merges that were right and give another shape now.</summary>
    public int ChangedMerges { get; init; }

    /// <summary>
    /// Of another width: whether layers that were right, and neither lead to the repaired place nor come from it, have another shape too.
    /// </summary>
    public bool ChangesBeside { get; init; }

    /// <summary>
    /// Whether the same written layer then has an error in another of its places: another repetition, another use of a block.
    /// </summary>
    public bool ComesAgain { get; init; }

    /// <summary>Whether what it brings to light are widths that layers behind declare, and nothing else.</summary>
    public bool MakesDeclarationsWrong { get; init; }

    /// <summary>Whether what it brings to light are conditions on sizes, which <see cref="Fix.HoldsFor"/> names, and no errors.</summary>
    public bool LimitsSizesAlone { get; init; }

    /// <summary>Whether an output that had no shape comes out as large as an input.</summary>
    public bool GivesInputSize { get; init; }
}
