namespace ConcatService.Import.Keras;

/// <summary>The closed table of Keras's layers: class name to the layers of a spec. Classes are looked up here and nowhere else.</summary>
internal static class KerasLayers
{
    /// <summary>Writes a call and returns the layer of the spec that is its output.</summary>
    public delegate string Writer(KerasCall call);

    private static readonly Dictionary<string, Writer> Table = new[]
    {
        KerasDense.All,
        KerasWindows.All,
        KerasShapes.All,
        KerasSequences.All,
    }.SelectMany(family => family).ToDictionary(each => each.Name, each => each.Write);

    public static Writer? Find(string type) => Table.GetValueOrDefault(type);
}
