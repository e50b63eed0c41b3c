namespace ConcatService.Import.Yolo;

/// <summary>A row <c>[from, repeats, module, args]</c> of <c>backbone</c> or <c>head</c>.</summary>
/// <param name="Index">Its number, counted through both lists; what a <c>from</c> of other rows names.</param>
/// <param name="From">As written: negative numbers count back.</param>
/// <param name="Repeats">Before the depth factor.</param>
internal sealed record YoloRow(int Index, IReadOnlyList<long> From, long Repeats, string Module, Arguments Arguments, Place Place)
{
    /// <summary>The name of its layer in the spec: its number and its module.</summary>
    public string Name { get; } = $"{Index}.{Module.Split('.')[^1]}";

    /// <summary>The numbers of the rows that it reads; −1 is the input of the network.</summary>
    public IEnumerable<long> Reads => From.Select(from => from < 0 ? Index + from : from);
}
