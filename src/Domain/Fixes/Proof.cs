using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes;

/// <summary>Compiles the patched spec: a fix is offered only when its finding is gone and no other error came.</summary>
public sealed class Proof
{
    private readonly Compilation _before;
    private readonly JsonElement _json;
    private readonly Func<Compilation, Shape?> _outputWhenGone;
    private readonly HashSet<string> _errorsBefore, _hiddenBefore;

    /// <param name="before">The spec with the finding.</param>
    /// <param name="json">The spec as sent, which the patches apply to.</param>
    /// <param name="outputWhenGone">What the repaired place gives; null while the finding is still there.</param>
    public Proof(Compilation before, JsonElement json, Func<Compilation, Shape?> outputWhenGone)
    {
        _before = before;
        _json = json;
        _outputWhenGone = outputWhenGone;
        _errorsBefore = [.. Errors(before)];
        _hiddenBefore = [.. before.Planned.Rows.Where(row => row.Output is null).Select(row => row.Layer.Name)];
    }

    public Proof(MergeCase merge)
        : this(merge.Compiled, merge.Json, after => after.Planned.Shapes.GetValueOrDefault(new Wire(merge.Merge.Name)))
    {
    }

    /// <summary>A proven fix with its figures, or null.</summary>
    public Proven? Try(Candidate candidate)
    {
        if (Patched(candidate.Patch) is not var (after, added) || _outputWhenGone(after) is not { } output)
            return null;
        var fix = new Fix(
            candidate.Id,
            candidate.Kind,
            candidate.Title,
            candidate.Effect,
            Parameters(after) - Parameters(_before),
            Macs(after) - Macs(_before),
            output,
            candidate.Patch
        );
        return new(candidate, fix, added, after.Report.Diagnostics.Count(found => found.Severity == Severity.Condition));
    }

    /// <summary>
    /// The patched spec compiled, with the number of errors that it brings to light; null where it cannot be patched, or has an error that
    /// the patch made.
    /// </summary>
    internal (Compilation After, int NewErrors)? Patched(JsonArray patch)
    {
        ReadOnlyMemory<byte> spec;
        try
        {
            spec = PatchedText.Of(_json, patch);
        }
        catch (Exception inapplicable) when (inapplicable is InvalidOperationException or ArgumentException)
        {
            return null;
        }

        using var document = JsonDocument.Parse(spec, SpecReader.JsonOptions);
        var after = Compilation.Of(document.RootElement);

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
    private long Parameters(Compilation compiled) =>
        Feeding(compiled).Aggregate(0L, (sum, layer) => Saturating.Add(sum, layer.ParameterCount));

    private long? Macs(Compilation compiled) => Feeding(compiled).Aggregate((long?)0, (sum, layer) => sum + layer.Macs);

    private IEnumerable<PlannedLayer> Feeding(Compilation compiled) =>
        compiled.Planned.Layers.Where(layer => !_hiddenBefore.Contains(layer.Name));
}

/// <summary>A candidate that compiles.</summary>
/// <param name="NewErrors">Errors that it brings to light at layers behind the merge, and conditions where there were none.</param>
/// <param name="Conditions">Layers that then still hold for some sizes of the symbols only.</param>
public sealed record Proven(Candidate Candidate, Fix Fix, int NewErrors, int Conditions);
