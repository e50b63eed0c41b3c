using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ConcatService.Domain.Fields;

/// <summary>
/// The doc comments of this assembly, from the XML file that the compiler puts beside it; empty where the file is missing.
/// </summary>
public static partial class Documentation
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(Load);

    /// <summary>What a record says about itself: its summary, and the remarks with shapes, parameters and sources.</summary>
    public static (string? Summary, string? Remarks) Of(Type type) =>
        (Text($"T:{type.FullName}", "summary"), Text($"T:{type.FullName}", "remarks"));

    public static string? Of(System.Reflection.PropertyInfo property) =>
        Text($"P:{property.DeclaringType!.FullName}.{property.Name}", "summary");

    /// <summary>What a value of an enum means.</summary>
    public static string? Of(System.Reflection.FieldInfo value) => Text($"F:{value.DeclaringType!.FullName}.{value.Name}", "summary");

    private static Dictionary<string, XElement> Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{typeof(Documentation).Assembly.GetName().Name}.xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value)
            : [];
    }

    private static string? Text(string member, string part) =>
        Members.Value.TryGetValue(member, out var found) && found.Element(part) is { } element
            ? Blanks().Replace(string.Concat(element.Nodes().Select(Plain)), " ").Trim()
            : null;

    /// <summary>A reference to another attribute reads as the spec writes it.</summary>
    private static string Plain(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see when see.Attribute("cref")?.Value is { } target =>
            JsonNamingPolicy.SnakeCaseLower.ConvertName(target[(target.LastIndexOf('.') + 1)..]),
        XElement element => string.Concat(element.Nodes().Select(Plain)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
