using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Specs;

/// <summary>An input of the network.</summary>
/// <param name="Shape">What could be read of it, where that is not all.</param>
public sealed record InputSpec(string Name, Shape Shape, SpecPath Path)
{
    /// <summary>Whether all of it could be read; nothing is said about layers behind one that could not.</summary>
    public bool IsReadable { get; init; } = true;
}
