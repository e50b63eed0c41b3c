using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Graphs;

/// <summary>
/// A spec with every name resolved and every branch, repetition and block unrolled; layers in an order in which each comes after its
/// inputs.
/// </summary>
public sealed record Graph(Layout Layout, IReadOnlyList<InputSpec> Inputs, IReadOnlyList<Layer> Layers, IReadOnlyList<GraphOutput> Outputs)
{
    /// <summary>The symbols of the inputs' sizes with what the caller promises about them.</summary>
    public IReadOnlyDictionary<string, SymbolPromise> Symbols { get; init; } = new Dictionary<string, SymbolPromise>();

    /// <summary>For a layer whose output a shorter name stands for: that name. <c>stem/activation</c> is known as <c>stem</c>.</summary>
    public IReadOnlyDictionary<string, string> KnownAs { get; init; } = new Dictionary<string, string>();

    /// <summary>Where layers and structures came from, by full name, for those of which the spec says it.</summary>
    public IReadOnlyDictionary<string, LayerSource> Sources { get; init; } = new Dictionary<string, LayerSource>();

    /// <summary>
    /// Where in <see cref="Layers"/> each of the spec's layers begins; null where a layer is not where it was written, or not as it was.
    /// </summary>
    internal IReadOnlyList<int>? Starts { get; init; }

    /// <summary>Whether no size but the batch's is a symbol.</summary>
    internal bool HasKnownSizes => Inputs.All(input => input.Shape.Dims.Skip(1).All(size => size.IsKnown));

    /// <summary>Every name that an input, a layer or a structure has in its own list: a patch makes new ones beside them.</summary>
    internal IReadOnlySet<string> NameParts =>
        field ??= new HashSet<string>([.. Layers.SelectMany(layer => layer.Name.Split('/')), .. Inputs.Select(input => input.Name)]);
}

/// <summary>An output of the network, by the name that the spec gives it.</summary>
public sealed record GraphOutput(string Name, Wire Wire);
