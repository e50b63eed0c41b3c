namespace ConcatService.Domain.Operators;

/// <summary>What becomes of the features of an operator's input.</summary>
public enum FeatureFlow
{
    /// <summary>None of the others: they are cut, joined, moved, or made anew.</summary>
    Other,

    /// <summary>Feature i of the output is computed from feature i of the input; others enter by statistics alone, as in a norm.</summary>
    Kept,

    /// <summary>Every feature of the output is a weighted sum of all features of the input.</summary>
    Mixed,
}

/// <summary>What becomes of the axes of an operator's input.</summary>
public enum AxisFlow
{
    /// <summary>The same axes in the same order; sizes may differ.</summary>
    Kept,

    /// <summary>The elements along some axes become one: a global pooling.</summary>
    Reduced,

    /// <summary>Neighboring axes become one, with all their elements.</summary>
    Flattened,

    /// <summary>Axes change places, each with its size and name.</summary>
    Moved,

    /// <summary>The same sizes in the same places are read as other axes.</summary>
    Relabeled,

    /// <summary>The axes of the output do not follow from those of the input.</summary>
    Made,
}
