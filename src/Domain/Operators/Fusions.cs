using System.Reflection;
using System.Text.Json;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Operators;

/// <summary>
/// Every fusion, found by scanning this assembly, and how one stands in JSON: its name, or an object with <c>type</c> and options.
/// </summary>
internal static class Fusions
{
    private static readonly Dictionary<Type, string> Kinds = typeof(Fusion).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Fusion)))
        .ToDictionary(type => type, type => type.GetCustomAttributes<KindAttribute>().Single().Name);

    private static readonly Variants<Fusion> Variants = new(
        "fuse",
        [
            .. Kinds
                .OrderBy(kind => kind.Value, StringComparer.Ordinal)
                .Select(kind => (kind.Value, (Func<Fusion>)(() => (Fusion)Activator.CreateInstance(kind.Key)!))),
        ]
    );

    public static IEnumerable<(string Kind, Type Record)> All => Kinds.Select(kind => (kind.Value, kind.Key));

    public static string KindOf(Type fusion) => Kinds[fusion];

    public static AttributeType<Fusion> Attribute { get; } = new(
        $"a fusion's name ({string.Join(", ", Kinds.Values.Order())}), or an object with its 'type' and options",
        (JsonElement _, out Fusion value) => throw new InvalidOperationException("Fusions are read with their inside."),
        Write,
        _ => new() { ["$ref"] = "#/$defs/fuse" })
    {
        ReadNested = (json, path, _, report) => Variants.Read(json, path, report),
    };

    private static void Write(Utf8JsonWriter writer, Fusion fusion)
    {
        var attributes = Attributes.Of(fusion.GetType());
        if (attributes.AreDefault(fusion))
        {
            writer.WriteStringValue(fusion.Kind);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", fusion.Kind);
        attributes.Write(writer, fusion);
        writer.WriteEndObject();
    }
}
