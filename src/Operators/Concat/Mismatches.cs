using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>What every merge says when its inputs do not meet.</summary>
internal static class Mismatches
{
    /// <summary>Wider merges of symbolic sizes that are written differently are not decided.</summary>
    private const int MostSymbolic = 50;

    /// <summary>
    /// The written positions, other than <paramref name="joined"/> and the batch, at which some input differs from the first.
    /// </summary>
    public static List<int> Differing(ReadOnlySpan<Shape> inputs, int joined)
    {
        var differing = new List<int>();
        for (var i = 1; i < inputs[0].Rank; i++)
        {
            foreach (var input in inputs[1..])
            {
                if (i == joined || input.Dims[i] == inputs[0].Dims[i])
                    continue;
                differing.Add(i);
                break;
            }
        }

        return differing;
    }

    /// <summary>
    /// Whether inputs that are written with different sizes fit all the same: for every admissible size, or under a condition, which is
    /// reported. The sizes that they have then replace those in <paramref name="dims"/>.
    /// </summary>
    /// <param name="fit">What two sizes of one dimension must be to each other.</param>
    public static bool Meet(ShapeContext context, int? joined, List<int> differing, Code code, Dim[] dims, Func<Dim, Dim, Requirement> fit)
    {
        if (
            differing.Exists(position => Array.TrueForAll(context.Inputs, input => input.Dims[position].IsKnown))
            || context.Inputs.Length > MostSymbolic
        )
            return Report(context, joined, differing, code) is not null;
        var requirements = differing.ToDictionary(position => position, position => Pairs(context.Inputs, position, fit));
        var decision = context.Conditions.Decide([.. requirements.Values.SelectMany(each => each)]);
        var open = differing.Where(position => context.Conditions.Decide(requirements[position]).Answer != Answer.Always).ToList();
        foreach (var position in decision.Answer is Answer.Always or Answer.Sometimes ? differing : [])
        {
            if (context.Conditions.Greatest(decision, [.. context.Inputs.Select(input => input.Dims[position]).Distinct()]) is not { } size)
                return Report(context, joined, open, code) is not null;
            dims[position] = size;
        }

        if (decision.Answer == Answer.Sometimes)
        {
            Report(context, joined, open, code, decision: decision);
            context.Conditions.Assume(decision, context.Layer.Name);
        }

        return decision.Answer is Answer.Always or Answer.Sometimes || Report(context, joined, open, code, decision: decision) is not null;
    }

    private static List<Requirement> Pairs(Shape[] inputs, int position, Func<Dim, Dim, Requirement> fit)
    {
        var sizes = inputs.Select(input => input.Dims[position]).Distinct().ToList();
        return [.. sizes.SelectMany((size, i) => sizes.Take(i).Select(other => fit(other, size)))];
    }

    /// <summary>Reports the mismatch at its layer; cause and fixes are added when the whole network is known. Always null.</summary>
    /// <param name="decision">What was decided where sizes are symbolic.</param>
    public static Shape? Report(
        ShapeContext context,
        int? joined,
        List<int> differing,
        Code code,
        string? message = null,
        Decision? decision = null
    )
    {
        // Where any size is symbolic, causes and fixes are looked for between numbers; the message needs them only where sizes that differ
        // are.
        var numbers = Array.Exists(context.Inputs, input => input.Dims.Skip(1).Any(size => !size.IsKnown))
            ? (decision ?? context.Conditions.Decide()).Counterexample(context.Conditions.Symbols)
            : null;
        var at = differing.Exists(position => Array.Exists(context.Inputs, input => !input.Dims[position].IsKnown)) ? numbers : null;
        var layer = context.Layer;
        var planned = new PlannedLayer(layer, context.Inputs, []);
        var severity = decision?.Answer == Answer.Sometimes ? Severity.Condition : Severity.Error;
        context.Report.Add(
            new(code, severity, layer.Path, $"{layer.Name}: {message ?? Describe(context, differing, decision, at)}", layer.Name)
            {
                Inputs = context.NamedInputs,
                Evidence = new Mismatch(planned, joined, differing) { At = numbers, Decision = decision },
            });
        return null;
    }

    private static string Describe(ShapeContext context, List<int> differing, Decision? decision, IReadOnlyDictionary<string, long>? at)
    {
        var inputs = context.NamedInputs;
        if (inputs.Any(input => input.Shape.Rank != inputs[0].Shape.Rank))
            return $"inputs have different numbers of dimensions: {List(input => $"{input.Sizes} ({input.Rank - 1})")}.";
        if (differing.Count == 0 && inputs.Any(input => input.Shape.DType != inputs[0].Shape.DType))
            return $"inputs have different element types: {List(input => input.DType.ToString().ToLowerInvariant())}.";
        if (differing.Count == 0)
            return $"inputs have the same sizes in another order: {List(input => $"{input.Sizes} [{ShapeContext.Names(input.Axes)}]")}.";
        var axes = differing
            .Select(position =>
                context.Inputs[0].Axes[position] == Axis.Other ? $"dimension {position}" : context.Inputs[0].Axes[position].Name()
            )
            .ToList();
        var named = Words.Listed(axes);
        var sizes = List(input => Shown(input, dim => dim));
        if (at is null)
            return $"inputs differ in {named}: {sizes}.";
        var numbers = List(input => Shown(input, dim => dim.Evaluate(symbol => at.GetValueOrDefault(symbol, 1))));
        var concerned = at.Where(size => IsDiffering(size.Key)).Select(size => $"{size.Key} = {size.Value}");
        var example = $"at {string.Join(", ", concerned)} {numbers}";
        return decision?.Answer switch
        {
            Answer.Sometimes => $"inputs fit in {named} only where {decision.Condition}: {sizes}; {example}.",
            Answer.Never => $"inputs differ in {named} whatever the sizes: {sizes}; {example}.",
            _ => $"inputs are written with different sizes in {named}, and for which inputs they agree could not be decided: {sizes}.",
        };

        bool IsDiffering(string symbol) =>
            differing.Exists(position => Array.Exists(context.Inputs, input => input.Dims[position].Symbols.Contains(symbol)));

        // Where the channels are not in question, they only stand in the way: 28x28 for 64x28x28.
        string Shown(Shape input, Func<Dim, Dim> size)
        {
            var positions = differing.TrueForAll(position =>
                context.Inputs[0].Axes[position].IsSpatial() && input.Axes[position].IsSpatial()
            )
                ? Enumerable.Range(1, input.Rank - 1).Where(position => input.Axes[position].IsSpatial())
                : Enumerable.Range(1, input.Rank - 1);
            return string.Join(
                'x',
                positions.Select(position => size(input.Dims[position])).Select(dim => dim.IsKnown ? $"{dim}" : $"[{dim}]")
            );
        }

        string List(Func<Shape, string> shown) => string.Join(", ", inputs.Select(input => $"{input.Name} is {shown(input.Shape)}"));
    }
}
