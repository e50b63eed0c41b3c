using System.Text.Json;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fields;

/// <summary>Reads settings that are null or an object of options.</summary>
internal static class Optional
{
    public static T? Read<T>(JsonElement json, string name, SpecPath path, Report report)
        where T : class, new()
    {
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        var options = new T();
        if (json.ValueKind == JsonValueKind.Object)
            AttributeObject.Read(json, options, path, name, report);
        else
            report.Error(
                Codes.WrongType,
                path,
                $"'{name}' is {JsonText.Shown(json)}; expected null or an object of "
                    + $"{string.Join(", ", Attributes.Of(typeof(T)).Names.Select(known => $"'{known}'"))}."
            );
        return options;
    }
}
