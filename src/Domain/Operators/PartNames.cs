namespace ConcatService.Domain.Operators;

/// <summary>The parts of a layer that have a name beside the output of its own: <c>NAME:state</c>, <c>NAME:cell</c>.</summary>
public static class PartNames
{
    /// <summary>The ports of the last state of a recurrent layer and of the cell beside it.</summary>
    public const int State = 1, Cell = 2;

    /// <summary>The port that a part's name stands for; null where it is no such name.</summary>
    public static int? PortOf(ReadOnlySpan<char> part) =>
        part.SequenceEqual("state") ? State
        : part.SequenceEqual("cell") ? Cell
        : null;
}
