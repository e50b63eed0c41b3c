using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;

namespace ConcatService.Api.Docs;

/// <summary>
/// Schemas of what is read and written by hand, by name: the settings' from their records, and those of <c>schemas.json</c> beside this
/// file. The spec is an opaque object here: its hundreds of layer types would freeze Swagger UI for seconds, and <c>GET /v1/schema</c> has
/// them.
/// </summary>
internal static partial class WrittenSchemas
{
    public static IEnumerable<(string Name, JsonObject Schema)> All()
    {
        using var written = typeof(WrittenSchemas).Assembly.GetManifestResourceStream("schemas.json")!;
        var schemas = JsonNode.Parse(written)!.AsObject();
        schemas["Diagnostic"]!["properties"]!["cause"]!["properties"]!["kind"]!["enum"] = new JsonArray(
            [.. CauseKinds.All.Select(kind => (JsonNode)kind.Name)]
        );
        foreach (var (name, schema) in schemas)
            yield return (name, schema!.DeepClone().AsObject());
        foreach (var each in Settings())
            yield return each;
    }

    /// <summary>The settings as <c>TrainingSettings</c>, and each definition of their schema under its name in PascalCase.</summary>
    private static IEnumerable<(string Name, JsonObject Schema)> Settings()
    {
        var text = Reference().Replace(
            Encoding.UTF8.GetString(SettingsSchema.Utf8.Span),
            found => $"\"#/components/schemas/{PascalCase(found.Groups[1].Value)}\""
        );
        var schema = JsonNode.Parse(text)!.AsObject();
        foreach (var (name, definition) in schema["$defs"]!.AsObject())
            yield return (PascalCase(name), definition!.DeepClone().AsObject());
        schema.Remove("$defs");
        schema.Remove("$schema");
        yield return ("TrainingSettings", schema);
    }

    private static string PascalCase(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    [GeneratedRegex("\"#/\\$defs/(\\w+)\"")]
    private static partial Regex Reference();
}
