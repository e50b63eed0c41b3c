using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Specs;

/// <summary>Every layer type with what it does and takes: what <c>GET /v1/operators</c> answers.</summary>
public static class OperatorList
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Lazy<byte[]> Written = new(() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["data"] = new JsonArray([.. OperatorCatalog.All.OrderBy(type => type.Kind, StringComparer.Ordinal).Select(Describe)]),
                ["has_more"] = false,
                ["next_cursor"] = null,
            },
            Readable
        )
    );

    /// <summary>UTF-8, in the form of all lists; made once.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Written.Value;

    private static JsonObject Describe(OperatorType type)
    {
        var made = type.Create();
        var (summary, details) = Documentation.Of(type.Record);
        return new()
        {
            ["type"] = type.Kind,
            ["summary"] = summary,
            ["details"] = details,
            ["inputs"] = new JsonObject { ["min"] = made.Arity.Min, ["max"] = made.Arity.Max == int.MaxValue ? null : made.Arity.Max },
            ["composite"] = made.Expands,
            ["takes_norm_and_activation"] = made is IHasShorthand,
            ["attributes"] = new JsonArray([.. type.Attributes.Entries.Select(Describe)]),
        };
    }

    private static JsonObject Describe(Attributes.Entry attribute) => new()
    {
        ["name"] = attribute.Name,
        ["required"] = attribute.Required,
        ["default"] = attribute.Default,
        ["minimum"] = double.IsFinite(attribute.Range.Min) ? attribute.Range.Min : null,
        ["maximum"] = double.IsFinite(attribute.Range.Max) ? attribute.Range.Max : null,
        ["expected"] = attribute.Expected,
        ["description"] = Documentation.Of(attribute.Property),
    };
}
