namespace ConcatService.Import.Yolo;

/// <summary>The closed table of the modules that rows may name, written from their published behavior.</summary>
internal static class YoloModules
{
    private static readonly Dictionary<string, Module> Table = new[]
    {
        ConvModules.All,
        CspModules.All,
        ElanModules.All,
        AttentionModules.All,
        HgModules.All,
        PlainModules.All,
    }.SelectMany(family => family).ToDictionary(each => each.Name, each => each.Module);

    /// <param name="name">As the file has it: <c>C2f</c>, <c>nn.Upsample</c>, <c>torch.nn.Upsample</c>.</param>
    public static Module? Find(string name) =>
        Table.GetValueOrDefault(name.StartsWith("torch.nn.", StringComparison.Ordinal) ? name["torch.".Length..] : name);
}
