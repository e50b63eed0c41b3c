using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Operators;

/// <summary>An operator where branches meet: a concat, or an element-wise merge. Its mismatches are explained and repaired.</summary>
public interface IMerge
{
    /// <summary>The code of "one input or none".</summary>
    Code Degenerate { get; }

    /// <summary>The axis along which the inputs are joined; null where they meet element by element.</summary>
    AxisName? JoinedAxis { get; }

    /// <summary>How it makes one tensor of several.</summary>
    Combination Combination { get; }

    /// <summary>The name of what stands behind the join as visible layers; null where nothing does.</summary>
    string? FusedBy { get; }

    /// <summary>What the same input twice comes to, for messages: "it counts twice".</summary>
    /// <param name="input">The first of the two, counted from 0.</param>
    /// <param name="sizes">Its shape without the batch: <c>64x28x28</c>.</param>
    string Repeated(int input, string sizes);
}

/// <summary>How a merge makes one tensor of several.</summary>
public enum Combination
{
    /// <summary>Side by side, along an axis.</summary>
    Joined,
    Sum,
    Mean,
    Product,
    Other,
}
