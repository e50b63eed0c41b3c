using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>
/// A spatial size to reach: cells per dimension, or <c>{ "like": "LAYER" }</c>, the size of that layer, known or symbolic.
/// </summary>
/// <param name="Cells">The size, when <paramref name="Like"/> is null.</param>
/// <param name="Like">The layer or input whose size it is; the expander makes it the operator's last input.</param>
public readonly record struct TargetSize(Extent Cells, string? Like = null) : IAttributeValue<TargetSize>
{
    public static implicit operator TargetSize(Extent cells) => new(cells);

    public static implicit operator TargetSize(long cells) => new(cells);

    public override string ToString() => Like is null ? Cells.ToString() : $"like {Like}";

    public static AttributeType<TargetSize> Attribute { get; } = new(
        "a whole number, a list with one for each spatial dimension, or { \"like\": LAYER }", TryRead, Write,
        range => new()
        {
            ["oneOf"] = new JsonArray(
                range.AddTo(new() { ["type"] = "integer" }),
                Extent.List(range),
                LikeSchema()),
        },
        (size, range) => size.Like is not null || size.Cells.IsWithin(range));

    private static bool TryRead(JsonElement json, out TargetSize size)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            var like = LikeOf(json);
            size = new(0, like);
            return like is not null;
        }

        var read = Extent.TryRead(json, out var cells);
        size = cells;
        return read;
    }

    private static void Write(Utf8JsonWriter writer, TargetSize size)
    {
        if (size.Like is { } like)
            WriteLike(writer, like);
        else
            Extent.Write(writer, size.Cells);
    }

    /// <summary>The layer that <c>{ "like": LAYER }</c> names; null where the object is another one.</summary>
    internal static string? LikeOf(JsonElement json) =>
        json.TryGetProperty("like", out var like) && like.ValueKind == JsonValueKind.String && json.EnumerateObject().Count() == 1
            ? like.GetString()
            : null;

    internal static JsonObject LikeSchema() =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["like"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 } },
            ["required"] = new JsonArray("like"),
            ["additionalProperties"] = false,
        };

    internal static void WriteLike(Utf8JsonWriter writer, string like)
    {
        writer.WriteStartObject();
        writer.WriteString("like", like);
        writer.WriteEndObject();
    }
}
