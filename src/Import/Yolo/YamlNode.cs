namespace ConcatService.Import.Yolo;

/// <summary>A value of a YAML file, with its place.</summary>
internal abstract record YamlNode(int Line, int Column);

/// <summary>A plain or quoted text. <see cref="Value"/> is what PyYAML and a Python literal make of it.</summary>
internal sealed record YamlScalar(int Line, int Column, string Text, bool IsPlain) : YamlNode(Line, Column)
{
    /// <summary>null, bool, long, double or string.</summary>
    public object? Value { get; } = YamlScalars.Read(Text, IsPlain);
}

internal sealed record YamlList(int Line, int Column, YamlNode[] Items) : YamlNode(Line, Column);

internal sealed record YamlMap(int Line, int Column, IReadOnlyList<(YamlScalar Key, YamlNode Value)> Members) : YamlNode(Line, Column)
{
    public YamlNode? this[string key] => Members.LastOrDefault(member => member.Key.Text == key).Value;
}
