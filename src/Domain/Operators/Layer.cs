using System.Globalization;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Operators;

/// <summary>One output of an input or layer.</summary>
/// <param name="Source">The name of a spec input, or the full name of a layer.</param>
/// <param name="Port">Which output; 0 for all but <c>split</c>.</param>
public readonly record struct Wire(string Source, int Port = 0)
{
    public override string ToString() => Port == 0 ? Source : $"{Source}:{Port}";
}

/// <summary>A layer of the graph: an operator, named, wired, and still knowing where it stands in the spec.</summary>
/// <param name="Name">The full name: <c>mix/branch0/conv</c>.</param>
/// <param name="Path">The layer's object in the spec as sent.</param>
public sealed record Layer(string Name, Operator Operator, Wire[] Inputs, SpecPath Path)
{
    /// <summary>The inputs as the spec writes them; null where it does not.</summary>
    public Reference[]? References { get; init; }

    /// <summary>For a layer whose inputs are left out: the name of what feeds it, as it is known there.</summary>
    public string? Fed { get; init; }

    /// <summary>The full name of the layer whose weights it computes with; null where it has its own.</summary>
    public string? Weights { get; init; }

    /// <summary>
    /// The full name of the <c>time_distributed</c> in which it reads its inputs, whose steps are folded into the batch; null outside.
    /// </summary>
    public string? Steps { get; init; }

    /// <summary>The last part of the name of the layer that folds the steps of a <c>time_distributed</c> into the batch.</summary>
    public const string FoldPart = "fold";

    /// <summary>The same of what it gives: another one for the layers that fold the steps and unfold them.</summary>
    public string? Gives
    {
        get => _changesSteps ? _gives : Steps;
        init => (_gives, _changesSteps) = (value, true);
    }

    private readonly string? _gives;
    private readonly bool _changesSteps;

    /// <summary>
    /// What stands before its name in the innermost repetition or block that it is part of, which a training may run again as a whole:
    /// <c>stage/3/</c>; null outside of all.
    /// </summary>
    public string? Unit { get; init; }

    /// <summary>Whether it gives its output on the other side of a <c>time_distributed</c>.</summary>
    public bool CrossesSteps => Gives != Steps;

    /// <summary>For the merge of a <c>parallel</c>: where its branches stand.</summary>
    public IReadOnlyList<SpecPath>? Branches { get; init; }

    /// <summary>An input as the spec writes it, for messages.</summary>
    public string InputName(int input) => EdgeOf(input)?.Written ?? Inputs[input].ToString();

    /// <summary>How a patch puts a layer on the way into an input; null where the spec has no place for one.</summary>
    public Edge? EdgeOf(int input)
    {
        if (Branches is not null)
            return input < Branches.Count
                ? new(Branches[input], -1, null, string.Create(CultureInfo.InvariantCulture, $"branch {input}"))
                : null;
        if (References is null && Fed is null)
            return null;
        var written = References?.Length ?? 1;
        if (input < written)
            return new(Path.Parent!, Path.Index, References?[input].Path, References?[input].Name ?? Fed!);
        if (input == written && Operator.Like is { } like)
            return new(Path.Parent!, Path.Index, Path[like.Attribute]["like"], like.Layer);
        return Operator.AlsoReads is var (attribute, names) && input - written is var at && at < names.Each.Count
            ? new(Path.Parent!, Path.Index, names.IsOne ? Path[attribute] : Path[attribute][at], names.Each[at])
            : null;
    }
}

/// <summary>Where a patch can insert a layer on the way into an input.</summary>
/// <param name="List">The list of layers to insert into.</param>
/// <param name="Index">The position in it; -1 appends.</param>
/// <param name="Reference">The reference to replace by the inserted layer's name; null where the list's end is the edge (a branch of
/// <c>parallel</c>).</param>
/// <param name="Written">The name by which the input is known where the layer is inserted.</param>
public sealed record Edge(SpecPath List, int Index, SpecPath? Reference, string Written);
