namespace ConcatService.Import.Yolo;

/// <summary>A row as the file has it.</summary>
internal static class YoloRowReader
{
    public static YoloRow Read(YamlMap file, YamlNode node, int index, Place place)
    {
        if (node is not YamlList { Items: [var from, YamlScalar repeats, YamlScalar module, YamlList args] })
            throw new RowException("expected [from, repeats, module, args].");
        YamlNode[] sources = from is YamlList list ? list.Items : [from];
        if (sources.Length > 1000 || !sources.All(source => source is YamlScalar { Value: long }))
            throw new RowException("'from' is a row number, or a list of them.");
        if (repeats.Value is not (long and >= 1))
            throw new RowException($"'repeats' is {repeats.Text}; expected a whole number of at least 1.");
        return new(
            index,
            [.. sources.Select(source => (long)((YamlScalar)source).Value!)],
            (long)repeats.Value,
            module.Text,
            new(module.Text, [.. args.Items.Select(item => Argument(file, item))]),
            place
        );
    }

    /// <summary>Names of keys above the rows (<c>nc</c>, <c>anchors</c>) stand for their values.</summary>
    private static object? Argument(YamlMap file, YamlNode node) =>
        node switch
        {
            YamlScalar { Value: string name } when file[name] is { } meant and not YamlMap => Constant(meant),
            _ => Constant(node),
        };

    private static object? Constant(YamlNode node) =>
        node switch
        {
            YamlScalar scalar => scalar.Value,
            YamlList list => list.Items.Select(Constant).ToList(),
            _ => throw new RowException("an argument is a map; expected numbers, texts or lists."),
        };
}
