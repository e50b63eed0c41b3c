using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Operators;

/// <summary>An operator inside another: a layer type's name, or an object with a <c>type</c> and its attributes.</summary>
internal static class NestedOperator
{
    public static AttributeType<Operator> Attribute { get; } = new(
        "a layer type's name, or an object with a 'type' and its attributes",
        (JsonElement _, out Operator value) => throw new InvalidOperationException($"Read by {nameof(Read)}."),
        Write,
        _ => new() { ["$ref"] = "#/$defs/nested" })
    {
        ReadNested = (json, path, what, report) => Read(json, path, what, report),
    };

    /// <param name="what">What the operator is to its owner, for messages: "norm".</param>
    /// <param name="joins">Whether it takes several inputs, as a merge does; otherwise it takes one.</param>
    /// <returns>Null for JSON's null, and after reporting.</returns>
    public static Operator? Read(JsonElement json, SpecPath path, string what, Report report, bool joins = false)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        var type = json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Object when json.TryGetProperty("type", out var inner) && inner.ValueKind == JsonValueKind.String =>
                inner.GetString(),
            _ => null,
        };
        if (type is null)
        {
            report.Error(
                Codes.WrongType,
                path,
                $"'{what}' is {JsonText.Shown(json)}; expected a name, or an object with a 'type' and its attributes."
            );
            return null;
        }

        if (OperatorCatalog.Find(type) is not { } known)
        {
            UnknownNames.Type(
                report,
                json.ValueKind == JsonValueKind.String ? path : path["type"],
                type,
                $"There is no {what} '{JsonText.Shortened(type)}'.",
                [.. OperatorCatalog.All.Select(each => each.Kind)]
            );
            return null;
        }

        var made = known.Create();
        if (!joins && made.Arity.Max == 0)
        {
            report.Error(
                Codes.OutOfRange,
                path,
                $"'{what}' is {type}, which takes no input. Make it a layer of its own, or take another {what}."
            );
            return null;
        }

        if (!joins && made.Arity.Min > 1)
        {
            report.Error(
                Codes.OutOfRange,
                path,
                $"'{what}' is {type}, which takes {made.Arity.Min} inputs, and here it gets one. Make it a layer of its own with its "
                    + $"'inputs', or take another {what}."
            );
            return null;
        }

        if (json.ValueKind == JsonValueKind.Object)
            return AttributeObject.Read(json, made, path, type, report, member => member.NameEquals("type"u8)) ? made : null;
        known.Attributes.RequireAll(0, path, type, report);
        return known.Attributes.HasRequired(0) ? made : null;
    }

    private static void Write(Utf8JsonWriter writer, Operator op)
    {
        var attributes = Attributes.Of(op.GetType());
        if (attributes.AreDefault(op))
        {
            writer.WriteStringValue(op.Kind);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", op.Kind);
        attributes.Write(writer, op);
        writer.WriteEndObject();
    }
}
