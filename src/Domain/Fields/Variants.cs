using System.Text.Json;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fields;

/// <summary>
/// A value that comes in several kinds, each with fields of its own: a bare name, or an object with <c>type</c> and that kind's fields.
/// </summary>
/// <param name="What">Its name in messages: "optimizer".</param>
/// <param name="Kinds">For each name, a value with the kind's defaults.</param>
internal sealed record Variants<T>(string What, params (string Name, Func<T> Create)[] Kinds)
    where T : class
{
    private IEnumerable<string> Names => Kinds.Select(kind => kind.Name);

    /// <summary>The value; the first kind with its defaults after reporting why it cannot be read.</summary>
    public T Read(JsonElement json, SpecPath path, Report report)
    {
        if (json.ValueKind == JsonValueKind.String)
            return Create(json.GetString()!, path, report);
        if (json.ValueKind != JsonValueKind.Object)
        {
            report.Error(
                Codes.WrongType,
                path,
                $"'{What}' is {JsonText.Shown(json)}; expected a name or an object with 'type', one of {string.Join(", ", Names)}."
            );
            return Kinds[0].Create();
        }

        if (!json.TryGetProperty("type", out var type))
        {
            report.Error(Codes.MissingField, path, $"{What} needs 'type', one of {string.Join(", ", Names)}.");
            return Kinds[0].Create();
        }

        if (type.ValueKind != JsonValueKind.String)
        {
            report.Error(Codes.WrongType, path["type"], $"'type' is {JsonText.Shown(type)}; expected one of {string.Join(", ", Names)}.");
            return Kinds[0].Create();
        }

        var errors = report.Diagnostics.Count;
        var value = Create(type.GetString()!, path["type"], report);
        if (report.Diagnostics.Count == errors) // the fields of a kind that does not exist are no errors
            AttributeObject.Read(json, value, path, $"{What} {type.GetString()}", report, member => member.NameEquals("type"), ["type"]);
        return value;
    }

    private T Create(string name, SpecPath path, Report report)
    {
        if (Array.Find(Kinds, kind => kind.Name == name).Create is { } create)
            return create();
        report.Error(
            Codes.WrongType,
            path,
            $"There is no {What} '{JsonText.Shortened(name)}'; this version knows "
                + $"{string.Join(", ", Names)}.{Spelling.DidYouMean(name, Names)}"
        );
        return Kinds[0].Create();
    }
}
