using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>
/// Whole numbers, one for each dimension behind the batch, or <c>{ "like": "LAYER" }</c>: those that lead to the sizes of that layer, known
/// or symbolic.
/// </summary>
/// <param name="Each">The numbers, when <paramref name="Like"/> is null.</param>
/// <param name="Like">The layer or input whose sizes are meant; the expander makes it the operator's last input.</param>
public readonly record struct TargetShape(Integers Each, string? Like = null) : IAttributeValue<TargetShape>
{
    public static implicit operator TargetShape(long[] each) => new(each);

    public override string ToString() => Like is null ? Each.ToString() : $"like {Like}";

    public static AttributeType<TargetShape> Attribute { get; } =
        new(
            $"{Integers.Attribute.Expected}, or {{ \"like\": LAYER }}",
            TryRead,
            Write,
            range => new()
            {
                ["oneOf"] = new JsonArray([
                    .. Integers.Attribute.Schema(range)["oneOf"]!.AsArray().Select(choice => choice!.DeepClone()),
                    TargetSize.LikeSchema(),
                ]),
            },
            (shape, range) => shape.Like is not null || Integers.Attribute.IsWithin!(shape.Each, range)
        );

    private static bool TryRead(JsonElement json, out TargetShape shape)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            var like = TargetSize.LikeOf(json);
            shape = new(default, like);
            return like is not null;
        }

        var read = Integers.Attribute.Read(json, out var each);
        shape = new(each);
        return read;
    }

    private static void Write(Utf8JsonWriter writer, TargetShape shape)
    {
        if (shape.Like is { } like)
            TargetSize.WriteLike(writer, like);
        else
            Integers.Attribute.Write(writer, shape.Each);
    }
}
