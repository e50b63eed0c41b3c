using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// Renames what another tool calls otherwise: a field, or a type together with its fields. Offered where the object can be read afterwards.
/// </summary>
internal static class WordFixes
{
    public static void Add(Compilation compiled, JsonElement json, Effort effort)
    {
        PlainNetwork? network = null;
        var before = new HashSet<string>();
        var cost = compiled.Planned.Rows.Count + (JsonMarshal.GetRawUtf8Value(json).Length / 100);
        foreach (var found in compiled.Report.Diagnostics.Where(each => each.Evidence is Misnamed).ToList())
        {
            if (network is null)
                (network, before) = (new(compiled, json), [.. Errors(compiled).Select(Key)]);
            var misnamed = (Misnamed)found.Evidence!;
            if (Patch(network, misnamed) is { } patch && effort.Spend(cost) && Output(json, patch, misnamed.Owner, before) is { } output)
                compiled.Report.Replace(found, found with { Fixes = [Fix(misnamed, output, patch)] });
        }
    }

    private static Fix Fix(Misnamed misnamed, Shape output, JsonArray patch)
    {
        var (title, effect) = misnamed switch
        {
            { Name: null } => ($"Leave out {misnamed.Field}", "Nothing changes: shapes tell it."),
            { IsType: true } => ($"Write the type as {misnamed.Name}", "The same, by its name here."),
            _ => ($"Write {misnamed.Field} as {misnamed.Name}", "The same, by its name here."),
        };
        var id = misnamed.Name is { } name ? $"rename-{name}" : $"leave-out-{misnamed.Field}";
        return new(id.Replace('_', '-').ToLowerInvariant(), FixKind.Edit, title, effect, 0, 0, output, patch);
    }

    private static JsonArray? Patch(PlainNetwork network, Misnamed misnamed)
    {
        if (network.ValueAt(misnamed.Owner) is not { ValueKind: JsonValueKind.Object } owner)
            return null;
        var patch = new JsonArray();
        if (misnamed.Name is not { } meant)
            return [new JsonObject { ["op"] = "remove", ["path"] = misnamed.Owner[misnamed.Field].ToString() }];
        if (!misnamed.IsType)
            return Rename(owner, misnamed.Owner, misnamed.Field, meant, patch) ? patch : null;
        patch.Add((JsonNode)Step("replace", misnamed.Owner[misnamed.Field], meant));
        if (OperatorCatalog.Find(meant) is not { } type || misnamed.Field != "type")
            return patch;
        string[] shorthand = type.Create() is IHasShorthand ? ["norm", "activation"] : [];
        string[] known = [.. type.Attributes.Names, "name", "type", "inputs", .. shorthand];
        var written = owner.GetProperty("type").GetString()!;
        foreach (var member in owner.EnumerateObject())
        {
            var other = Vocabulary.Other(written, member.Name);
            if (other is null && known.Contains(member.Name))
            {
                if (shorthand.Contains(member.Name) && Inside(member.Value) is { } inside)
                    patch.Add((JsonNode)Step("replace", misnamed.Owner[member.Name], inside));
                continue;
            }

            if ((other ?? Vocabulary.Field(member.Name, known)) is not { } name || !Rename(owner, misnamed.Owner, member.Name, name, patch))
                return null;
        }

        return patch;
    }

    /// <summary>What a norm or activation of another name is called here; null where there is nothing to rename.</summary>
    private static string? Inside(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString()! is var written && OperatorCatalog.Find(written) is null
            ? Vocabulary.Type(written, [.. OperatorCatalog.All.Select(type => type.Kind)])
            : null;

    /// <summary>False where the object has the field under its right name too.</summary>
    private static bool Rename(JsonElement owner, SpecPath path, string from, string to, JsonArray patch)
    {
        if (owner.TryGetProperty(to, out _))
            return false;
        var value = JsonNode.Parse(owner.GetProperty(from).GetRawText());
        patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = path[from].ToString() });
        patch.Add((JsonNode)Step("add", path[to], to == "inputs" && value is JsonValue ? new JsonArray(value) : value));
        return true;
    }

    private static JsonObject Step(string kind, SpecPath path, JsonNode? value) =>
        new() { ["op"] = kind, ["path"] = path.ToString(), ["value"] = value };

    /// <summary>
    /// What the renamed layer gives, or the first input of the network where it gives nothing yet; null where it is wrong in another way
    /// then.
    /// </summary>
    /// <param name="before">The errors of the spec as sent.</param>
    private static Shape? Output(JsonElement json, JsonArray patch, SpecPath owner, HashSet<string> before)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(PatchedText.Of(json, patch), SpecReader.JsonOptions);
        }
        catch (Exception inapplicable) when (inapplicable is InvalidOperationException or ArgumentException)
        {
            return null;
        }

        using (document)
        {
            var (path, after) = (owner.ToString(), Compilation.Of(document.RootElement));
            if (Errors(after).Any(found => !before.Contains(Key(found)) && IsAt(found.Path.ToString(), path)))
                return null;
            var row = after.Planned.Rows.LastOrDefault(row => row.Layer.Path.ToString() == path);
            return row.Output ?? (after.Graph.Inputs is [var first, ..] ? first.Shape : null);
        }
    }

    private static IEnumerable<Diagnostic> Errors(Compilation compiled) =>
        compiled.Report.Diagnostics.Where(found => found.Severity == Severity.Error);

    private static string Key(Diagnostic found) => $"{found.Code} {found.Path}";

    private static bool IsAt(string found, string owner) => found == owner || found.StartsWith($"{owner}/", StringComparison.Ordinal);
}
