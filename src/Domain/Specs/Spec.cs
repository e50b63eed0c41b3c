using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Specs;

/// <summary>The architecture as sent: every field read, nothing resolved yet.</summary>
public sealed record Spec
{
    public string? Name { get; init; }

    public Layout Layout { get; init; }

    public IReadOnlyList<InputSpec> Inputs { get; init; } = [];

    public IReadOnlyDictionary<string, SymbolPromise> Symbols { get; init; } = new Dictionary<string, SymbolPromise>();

    public IReadOnlyList<LayerSpec> Layers { get; init; } = [];

    /// <summary>Null when left out: the last layer.</summary>
    public Reference[]? Outputs { get; init; }

    /// <summary>Whether nothing was wrong with its form.</summary>
    internal bool IsWellFormed { get; init; }
}

/// <summary>A list of layers, and where it stands.</summary>
public sealed record LayerList(IReadOnlyList<LayerSpec> Layers, SpecPath Path);

/// <summary>One element of a list of layers.</summary>
/// <param name="Name">As given; made up by the expander when absent.</param>
/// <param name="Inputs">Null when left out: the layer written before.</param>
public abstract record LayerSpec(string Type, string? Name, Reference[]? Inputs, SpecPath Path)
{
    /// <summary>Where it came from; null where it does not say it.</summary>
    public LayerSource? Source { get; init; }

    /// <summary>The lists of layers in it.</summary>
    public virtual IEnumerable<LayerList> Lists => [];
}

/// <summary>A layer that computes something, with its shorthand <c>norm</c> and <c>activation</c>.</summary>
public sealed record OperatorSpec(
    string Type,
    string? Name,
    Reference[]? Inputs,
    SpecPath Path,
    Operator Operator,
    Operator? Norm,
    Operator? Activation
) : LayerSpec(Type, Name, Inputs, Path)
{
    /// <summary>The layer whose weights it computes with; null where it has its own.</summary>
    public Reference? Weights { get; init; }
}

/// <summary>Branches fed by the same input and joined by a merge.</summary>
public sealed record ParallelSpec(
    string Type,
    string? Name,
    Reference[]? Inputs,
    SpecPath Path,
    IReadOnlyList<LayerList> Branches,
    Operator Merge
) : LayerSpec(Type, Name, Inputs, Path)
{
    public override IEnumerable<LayerList> Lists => Branches;
}

/// <summary>A list, several times over, each fed by the last; a <c>block</c> is a list once.</summary>
/// <param name="Times">Null for a block, whose layers are named without a number.</param>
public sealed record RepeatSpec(string Type, string? Name, Reference[]? Inputs, SpecPath Path, long? Times, LayerList Body)
    : LayerSpec(Type, Name, Inputs, Path)
{
    /// <summary>The block or repetition whose weights its layers compute with, each with those of its own name there.</summary>
    public Reference? Weights { get; init; }

    public override IEnumerable<LayerList> Lists => [Body];
}

/// <summary>A list that is applied to every step of the time axis, with the same weights.</summary>
public sealed record StepsSpec(string Type, string? Name, Reference[]? Inputs, SpecPath Path, LayerList Body)
    : LayerSpec(Type, Name, Inputs, Path)
{
    public override IEnumerable<LayerList> Lists => [Body];
}

/// <summary>A layer that could not be read. It keeps its name, so that references to it make no further noise.</summary>
public sealed record UnreadableSpec(string Type, string? Name, Reference[]? Inputs, SpecPath Path)
    : LayerSpec(Type, Name, Inputs, Path);
