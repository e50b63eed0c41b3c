using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;
using ConcatService.Operators;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>
/// Compares what is said of a spec with symbols for its spatial sizes with what is said of it with numbers in their place, and runs the
/// symbolic plan in libtorch.
/// </summary>
public static class SymbolicCheck
{
    private const int Bindings = 5;

    /// <summary>What differs; null where nothing does.</summary>
    /// <param name="spec">Has numbers for all sizes, and compiles.</param>
    /// <param name="seed">Which sizes share a symbol, and which numbers are tried; those of the spec come first.</param>
    public static OracleAnswer Of(JsonObject spec, int seed)
    {
        var random = new Random(seed);
        var (symbolic, given) = Symbolise(spec, random);
        if (given.Count == 0)
            return new("form");
        var compiled = OracleCheck.Compile(symbolic);
        var errors = compiled.Report.Diagnostics.Where(each => each.Severity == Severity.Error).ToList();
        if (errors.Exists(each => each.Mismatch?.Decision?.Answer != Answer.Never))
            return new("undecided");
        for (var i = 0; i < Bindings; i++)
        {
            var sizes = given.ToDictionary(each => each.Key, each => i == 0 || random.Next(3) == 0 ? each.Value : random.Next(1, 20));
            var bound = OracleCheck.Compile(Bind(symbolic, sizes));
            var admissible = errors.Count == 0 && IsAdmissible(compiled, sizes);
            var text = string.Join(", ", sizes.Select(each => $"{each.Key} = {each.Value}"));
            if (admissible && bound.Plan is null)
                return new(
                    "disagreement",
                    $"{text} is admissible and does not compile: {bound.Report.Diagnostics[0].Message}\n    {symbolic.ToJsonString()}"
                );
            // A slice that is cut short compiles, and is not what was asked for.
            if (!admissible && bound.Plan is not null && !compiled.Graph.Layers.Any(layer => layer.Operator is Slice))
                return new(
                    "disagreement",
                    $"{text} compiles and is not admissible: "
                        + string.Join("; ", Constraint.Of(compiled.Planned.Conditions).Select(each => each.Condition))
                        + $" {errors.FirstOrDefault()?.Message}\n    {symbolic.ToJsonString()}"
                );
            if (admissible && Differing(compiled.Plan!, bound.Plan!, sizes) is { } differing)
                return new("disagreement", $"at {text} {differing}\n    {symbolic.ToJsonString()}");
        }

        return new(errors.Count == 0 ? compiled.Verdict : "never");
    }

    private static bool IsAdmissible(Compilation compiled, Dictionary<string, long> sizes)
    {
        var known = compiled.Planned.Conditions.Knowledge;
        return sizes.All(each =>
            known.MeaningOf(each.Key) is { } meaning
                ? meaning.Evaluate(symbol => sizes[symbol]) == each.Value
                : known.SetOf(each.Key)!.Contains(each.Value)
        );
    }

    /// <summary>
    /// The shape that the symbolic plan gives for the sizes, the one that the plan with numbers gives, and the one that libtorch gives,
    /// where they differ.
    /// </summary>
    private static string? Differing(Plan symbolic, Plan numbers, Dictionary<string, long> sizes)
    {
        using var scope = NewDisposeScope();
        using var model = new TorchModel(symbolic);
        using var _ = no_grad();
        sizes = new(sizes) { ["N"] = 2 };
        var inputs = symbolic.Inputs.Select(input => input.Shape.DType == DType.Float32
            ? randn([.. input.Shape.Dims.Select(dim => dim.Evaluate(symbol => sizes[symbol]))])
            : zeros([.. input.Shape.Dims.Select(dim => dim.Evaluate(symbol => sizes[symbol]))], ScalarType.Int64)).ToArray();
        var (repeats, counted) = (TensorSizes.Repeats(symbolic, SizeOf), TensorSizes.Repeats(numbers, SizeOf));
        foreach (var (wire, value) in PlaceholderRun.Of(model, inputs, SizeOf))
        {
            var shape = symbolic.Shapes[wire];
            var inferred = TensorSizes.Of(shape, SizeOf, repeats(wire.Source));
            var known = numbers.Shapes.TryGetValue(wire, out var other) ? TensorSizes.Of(other, SizeOf, counted(wire.Source)) : inferred;
            if (!inferred.SequenceEqual(known) || !inferred.SequenceEqual(value.shape))
                return $"{wire}, {shape}, is [{string.Join(", ", inferred)}]; between numbers [{string.Join(", ", known)}], "
                    + $"in libtorch [{string.Join(", ", value.shape)}]";
        }

        return null;

        long SizeOf(string symbol) => sizes[symbol];
    }

    private static (JsonObject Spec, Dictionary<string, long> Given) Symbolise(JsonObject spec, Random random)
    {
        var symbolic = (JsonObject)spec.DeepClone();
        var given = new Dictionary<string, long>();
        foreach (var input in OracleCheck.Compile(spec).Graph.Inputs)
        {
            for (var i = 1; i < input.Shape.Rank; i++)
            {
                if (!input.Shape.Axes[i].IsSpatial() || random.Next(4) == 0)
                    continue;
                var size = input.Shape.Dims[i].Value;
                var symbol =
                    given.Where(each => each.Value == size && random.Next(2) == 0).Select(each => each.Key).FirstOrDefault()
                    ?? $"S{given.Count}";
                given[symbol] = size;
                symbolic["inputs"]![input.Name]!["shape"]![i - 1] = symbol;
            }
        }

        return (symbolic, given);
    }

    private static JsonObject Bind(JsonObject symbolic, Dictionary<string, long> sizes)
    {
        var bound = (JsonObject)symbolic.DeepClone();
        foreach (var (_, input) in (JsonObject)bound["inputs"]!)
        {
            var shape = (JsonArray)input!["shape"]!;
            for (var i = 0; i < shape.Count; i++)
            {
                if (shape[i]!.GetValueKind() == System.Text.Json.JsonValueKind.String)
                    shape[i] = sizes[(string)shape[i]!];
            }
        }

        return bound;
    }
}
