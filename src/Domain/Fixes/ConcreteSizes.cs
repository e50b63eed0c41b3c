using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// A finding over symbolic sizes, looked at where it shows: with a number for every symbol its cause is found like any other. What is
/// proposed is proven for the symbols.
/// </summary>
/// <param name="compiled">The spec with its symbols.</param>
internal sealed class ConcreteSizes(Compilation compiled, Diagnostic found, JsonElement json)
{
    private readonly IReadOnlyDictionary<string, long> _sizes = found.Mismatch!.At!;

    /// <summary>The same merge between numbers; null where something else is in the way there.</summary>
    public MergeCase? Case()
    {
        var inputs = compiled.Graph.Inputs.Select(input => input with { Shape = Bind(input.Shape) }).ToList();
        var (graph, report) = (compiled.Graph with { Inputs = inputs }, new Report());
        var planned = Planner.Plan(graph, report);
        return report.Diagnostics.FirstOrDefault(each => each.Mismatch is not null && each.Layer == found.Layer) is { } finding
            ? new(new(compiled.Spec, graph, planned, report), finding, json, isSample: true)
            : null;
    }

    /// <summary>A repair is one when the merge then fits for every admissible size; for an error also when it fits for some.</summary>
    public Proof Proof() =>
        new(
            compiled,
            json,
            after =>
                after.Report.Diagnostics.Any(each =>
                    each.Mismatch is not null && each.Layer == found.Layer && each.Severity <= found.Severity
                )
        ? null
        : after.Planned.Shapes.GetValueOrDefault(new Wire(found.Layer!)),
            found.Layer);

    /// <summary>Says of numbers for which sizes they are.</summary>
    public Cause Tell(Cause cause) => cause with { Explanation = $"At {Sizes}: {cause.Explanation}" };

    /// <summary>Says "the size of" where a number is meant for whatever size it is.</summary>
    public Fix Tell(Fix fix, MergeCase merge) => fix with { Title = Told(fix.Title, merge), Effect = Told(fix.Effect, merge) };

    private string Told(string text, MergeCase merge)
    {
        var maps = merge.Branches.Where(branch => branch.Shape.SpatialAxes.Any()).ToList();
        foreach (var branch in maps)
            text = text.Replace($"the {branch.Shape.SpatialSizes} of {branch.Name}", $"the size of {branch.Name}", StringComparison.Ordinal)
                .Replace($"{branch.Name} ({branch.Shape.SpatialSizes})", branch.Name, StringComparison.Ordinal);
        return maps.Exists(branch => text.Contains(branch.Shape.SpatialSizes, StringComparison.Ordinal))
            ? $"At {Sizes}: {char.ToLowerInvariant(text[0])}{text[1..]}"
            : text;
    }

    /// <summary>What nothing at one size explains.</summary>
    public static Cause Undecided { get; } =
        new(
            CauseKinds.SymbolUnprovable,
            null,
            null,
            "For which sizes the inputs fit cannot be written as a condition on one symbol, or as an equality between two. Sizes that are "
                + "always equal should have one symbol."
        );

    private string Sizes => string.Join(" and ", _sizes.Select(size => $"{size.Key} = {size.Value}"));

    private Shape Bind(Shape shape) =>
        new(
            [shape.Dims[0], .. shape.Dims.Skip(1).Select(size => (Dim)size.Evaluate(symbol => _sizes[symbol]))],
            [.. shape.Axes],
            shape.DType
        );
}
