using System.Buffers;
using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Specs;

/// <summary>Reads the fields that objects of a spec have; reports each that is not of its form.</summary>
internal sealed class FieldReader(Report report)
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
    );

    /// <summary>The fields by name; what is not <paramref name="known"/> and what is there twice is reported.</summary>
    public Dictionary<string, JsonElement> Members(JsonElement json, SpecPath path, string[] known, string what)
    {
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                UnknownNames.Field(report, path, member.Name, $"{what} has no field '{JsonText.Shortened(member.Name)}'.", known);
            else if (!members.TryAdd(member.Name, member.Value))
                report.Error(Codes.DuplicateName, path[member.Name], $"The field '{member.Name}' is there twice. Keep one.");
        }

        return members;
    }

    /// <summary>Whether it is an object; reports when it is not.</summary>
    public bool IsObject(JsonElement json, SpecPath path, string expected)
    {
        if (json.ValueKind == JsonValueKind.Object)
            return true;
        report.Error(Codes.WrongType, path, $"Expected {expected}; this is {JsonText.Shown(json)}.");
        return false;
    }

    public string? Text(JsonElement json, SpecPath path)
    {
        if (json.ValueKind == JsonValueKind.String)
            return json.GetString();
        report.Error(Codes.WrongType, path, $"Expected a string; this is {JsonText.Shown(json)}.");
        return null;
    }

    public T Value<T>(JsonElement json, SpecPath path, T fallback)
    {
        if (AttributeTypes.Of<T>().Read(json, out var value))
            return value;
        report.Error(Codes.WrongType, path, $"{JsonText.Shown(json)} is not known here; expected {AttributeTypes.Of<T>().Expected}.");
        return fallback;
    }

    /// <summary>
    /// The names in the list that <paramref name="field"/> of <paramref name="owner"/> is; what is no name is reported and left out.
    /// </summary>
    public Reference[]? References(JsonElement json, SpecPath owner, string field, NameTable names)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            report.Error(Codes.WrongType, owner[field], $"Expected a list of layer or input names; this is {JsonText.Shown(json)}.");
            return null;
        }

        var references = new Reference[json.GetArrayLength()];
        var (count, index) = (0, 0);
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
                references[count++] = new(names.Reference(item), owner, field, index);
            else
                report.Error(
                    Codes.WrongType,
                    owner[field][index],
                    $"Expected the name of a layer or input; this is {JsonText.Shown(item)}."
                );
            index++;
        }

        return count == references.Length ? references : references[..count];
    }

    public static bool IsName(string name) =>
        name.Length is >= 1 and <= NameTable.MaxNameLength && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    /// <summary>Whether it is a name; reports when it is not.</summary>
    public bool IsName(string name, SpecPath path)
    {
        if (IsName(name))
            return true;
        report.Error(
            Codes.WrongType,
            path,
            $"'{JsonText.Shortened(name)}' is no name: 1 to {NameTable.MaxNameLength} letters, digits, '_', '-' or '.'."
        );
        return false;
    }
}
