using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ConcatService.Import.Yolo;

/// <summary>
/// YAML as a tree with places: one document, bounded depth and size, no anchors, aliases or tags, so that a file is never larger than its
/// text.
/// </summary>
internal static class YamlTree
{
    private const int MaxDepth = 64;

    private const int MaxNodes = 500_000;

    /// <exception cref="ImportException">The text is not such a document.</exception>
    public static YamlNode Read(string text)
    {
        // PyYAML takes a comment right behind a comma; this parser wants a space before it.
        var parser = new Parser(new StringReader(text.Replace(",#", ", #", StringComparison.Ordinal)));
        try
        {
            parser.MoveNext();
            parser.MoveNext();
            if (parser.Current is not DocumentStart)
                throw ImportException.Malformed("the file is empty.", 1, 1);
            parser.MoveNext();
            var nodes = 0;
            return ReadNode(parser, 0, ref nodes);
        }
        catch (YamlException fault)
        {
            throw ImportException.Malformed($"this is not YAML. {Sentence(fault.Message)}", fault.Start.Line, fault.Start.Column);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner's own, for some texts that are not YAML.
            var at = parser.Current?.End ?? Mark.Empty;
            throw ImportException.Malformed("this is not YAML.", Math.Max(1, at.Line), Math.Max(1, at.Column));
        }
    }

    /// <summary>Reads the node at which the parser stands, and goes behind it.</summary>
    private static YamlNode ReadNode(Parser parser, int depth, ref int nodes)
    {
        var (line, column) = ((int)parser.Current!.Start.Line, (int)parser.Current.Start.Column);
        if (parser.Current is AnchorAlias)
            throw ImportException.Malformed("aliases (*name) are not read. Write the value out.", line, column);
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false })
            throw ImportException.Malformed("anchors (&name) are not read. Write the value without one.", line, column);
        if (parser.Current is NodeEvent { Tag: { IsEmpty: false } tag })
            throw ImportException.Malformed($"the tag {tag.Value} is not read. Write the value without it.", line, column);
        if (depth > MaxDepth || ++nodes > MaxNodes)
            throw ImportException.TooLarge(
                $"Line {line}: the file is nested deeper than {MaxDepth} or has more than {MaxNodes:N0} values."
            );
        switch (parser.Current)
        {
            case Scalar scalar:
                parser.MoveNext();
                return new YamlScalar(line, column, scalar.Value, scalar.Style == ScalarStyle.Plain);
            case SequenceStart:
                parser.MoveNext();
                var items = new List<YamlNode>();
                while (parser.Current is not SequenceEnd)
                    items.Add(ReadNode(parser, depth + 1, ref nodes));
                parser.MoveNext();
                return new YamlList(line, column, [.. items]);
            case MappingStart:
                parser.MoveNext();
                var members = new List<(YamlScalar, YamlNode)>();
                while (parser.Current is not MappingEnd)
                {
                    if (ReadNode(parser, depth + 1, ref nodes) is not YamlScalar key)
                        throw ImportException.Malformed("a key is a plain text.", line, column);
                    members.Add((key, ReadNode(parser, depth + 1, ref nodes)));
                }

                parser.MoveNext();
                return new YamlMap(line, column, members);
            default:
                throw ImportException.Malformed("a value is expected.", line, column);
        }
    }

    private static string Sentence(string message) => message.Length == 0 || message[^1] == '.' ? message : message + ".";
}
