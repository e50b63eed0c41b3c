using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>
/// A configuration of an operator with the shapes of its inputs (channels-first, without the batch). The conformance suite runs each
/// through every check.
/// </summary>
public sealed record Example(string Name, Operator Operator, params long[][] Inputs)
{
    /// <summary>The axes of the first input, where they are not the default ones of its rank.</summary>
    public Axis[]? InputAxes { get; init; }

    /// <summary>Whether <see cref="InputAxes"/> are those of all inputs with as many dimensions.</summary>
    public bool SameAxes { get; init; }

    /// <summary>Whether the attributes count dimensions as written, so that they mean something else when the features come last.</summary>
    public bool ChannelsFirstOnly { get; init; }

    /// <summary>Default float32; with int64 the values are 0 to <see cref="MaxValue"/>.</summary>
    public DType DType { get; init; }

    public long MaxValue { get; init; } = 1;

    /// <summary>Whether the numbers of float inputs are from 0.1 up, for what has no value elsewhere. Default: false, any number.</summary>
    public bool ArePositive { get; init; }

    /// <summary>How many outputs there are. Default: 1.</summary>
    public int Outputs { get; init; } = 1;
}
