using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>The editable attributes that several operators have, each with the value that it must take for a wanted shape.</summary>
internal static class EditableAttributes
{
    /// <summary>The number of output features, or what it is <paramref name="each"/> times of.</summary>
    public static EditableAttribute Width(string name, long each = 1) =>
        new(name, EditEffect.Features, (_, wanted) => Features(wanted) is { } features && features % each == 0 ? [features / each] : []);

    /// <summary>The spatial sizes themselves.</summary>
    public static EditableAttribute Size(string name) =>
        new(name, EditEffect.Sizes, (_, wanted) => SpatialSizes(wanted) is { Length: > 0 } sizes ? [EditableAttribute.Spelled(sizes)] : []);

    /// <summary>All sizes behind the batch, as written.</summary>
    public static EditableAttribute Shape(string name, EditEffect effect) =>
        new(name, effect, (_, wanted) => AllSizes(wanted) is { } sizes ? [new JsonArray([.. sizes.Select(size => (JsonNode)size)])] : []);

    /// <summary>true where it is false, and the reverse.</summary>
    public static EditableAttribute Switch(string name, bool now, EditEffect effect) => new(name, effect, (_, _) => [!now]);

    /// <summary>The sizes of the spatial axes in written order; null where one is a symbol.</summary>
    public static long[]? SpatialSizes(Shape shape) => Known(shape.SpatialAxes.Select(axis => shape[axis].Known));

    private static long[]? AllSizes(Shape shape) => Known(shape.Dims.Skip(1).Select(size => size.Known));

    private static long? Features(Shape shape) => shape.Has(Axis.Channels) ? shape[Axis.Channels].Known : null;

    private static long[]? Known(IEnumerable<long?> sizes)
    {
        var all = sizes.ToList();
        return all.Contains(null) ? null : [.. all.Select(size => size!.Value)];
    }
}
