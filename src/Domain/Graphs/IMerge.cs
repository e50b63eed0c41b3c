using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Graphs;

/// <summary>An operator where branches meet: a concat, or an element-wise merge. Its mismatches are explained and repaired.</summary>
public interface IMerge
{
    /// <summary>The code of "one input or none".</summary>
    Code Degenerate { get; }
}
