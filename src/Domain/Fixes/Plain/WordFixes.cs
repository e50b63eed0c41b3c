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
        var renames = new List<(Diagnostic Found, Misnamed Misnamed, JsonArray Patch)>();
        foreach (var found in compiled.Report.Diagnostics)
        {
            if (found.Evidence is Misnamed misnamed && Patch(network ??= new(compiled, json), misnamed) is { } patch)
                renames.Add((found, misnamed, patch));
        }

        // All at once: each touches an object of its own, and a spec in another tool's words has hundreds of them.
        if (renames.Count == 0 || !effort.Spend(JsonMarshal.GetRawUtf8Value(json).Length / 100) || After(json, renames) is not { } after)
            return;
        var (before, then) = (Errors(compiled).Select(Key).ToHashSet(), Errors(after).ToList());
        var wrong = then.Where(found => !before.Contains(Key(found))).Select(found => found.Path).SelectMany(Upwards).ToHashSet();
        var outputs = new Dictionary<string, Shape>();
        foreach (var row in after.Planned.Rows)
        {
            if (row.Output is { } output)
                outputs[row.Layer.Path.ToString()] = output;
        }

        foreach (var (found, misnamed, patch) in renames)
        {
            var path = misnamed.Owner.ToString();
            var output = outputs.GetValueOrDefault(path) ?? (after.Graph.Inputs is [var first, ..] ? first.Shape : null);
            if (output is not null && !wrong.Contains(path))
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

    /// <summary>The spec with all of them renamed; null where that cannot be written.</summary>
    private static Compilation? After(JsonElement json, List<(Diagnostic Found, Misnamed Misnamed, JsonArray Patch)> renames)
    {
        var all = new JsonArray([.. renames.SelectMany(rename => rename.Patch).Select(step => step!.DeepClone())]);
        try
        {
            using var document = JsonDocument.Parse(PatchedText.Of(json, all), SpecReader.JsonOptions);
            return Compilation.Of(document.RootElement);
        }
        catch (Exception inapplicable) when (inapplicable is InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<Diagnostic> Errors(Compilation compiled) =>
        compiled.Report.Diagnostics.Where(found => found.Severity == Severity.Error);

    private static string Key(Diagnostic found) => $"{found.Code} {found.Path}";

    /// <summary>The path and those of everything around it, as far as the layer or field that stands in a list.</summary>
    private static IEnumerable<string> Upwards(SpecPath path)
    {
        for (var at = path; at is not null; at = at.Parent)
        {
            yield return at.ToString();
            if (at.Index >= 0)
                yield break;
        }
    }
}
