using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>What of an operator's output shape an attribute decides.</summary>
[Flags]
public enum EditEffect
{
    None = 0,

    /// <summary>The size of the feature axis.</summary>
    Features = 1,

    /// <summary>The sizes of the axes other than batch and features.</summary>
    Sizes = 2,

    /// <summary>Which axis stands where.</summary>
    Order = 4,

    /// <summary>How many axes there are.</summary>
    Rank = 8,

    /// <summary>float32 or int64.</summary>
    ElementType = 16,
}

/// <summary>An attribute whose value decides the output's shape, so that another value can repair a mismatch.</summary>
/// <param name="Name">As the spec writes it: <c>stride</c>.</param>
/// <param name="Effect">All that another value may change.</param>
/// <param name="Solve">
/// Values, as the spec writes them, after which the layer as planned would give this shape, those nearest to its present value first. Empty
/// where no value does, and where a size that it needs is a symbol. Apply one by <see cref="Operators.Operator.With"/>.
/// </param>
public sealed record EditableAttribute(string Name, EditEffect Effect, Func<PlannedLayer, Shape, IEnumerable<JsonNode>> Solve)
{
    /// <summary>A number for each spatial dimension, as a spec writes it: one number where all are equal.</summary>
    public static JsonNode Spelled(long[] each) =>
        each.Distinct().Count() == 1 ? each[0] : new JsonArray([.. each.Select(one => (JsonNode)one)]);
}
