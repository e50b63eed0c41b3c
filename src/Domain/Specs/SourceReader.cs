using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Specs;

/// <summary>Reads the <c>source</c> of a layer: where it came from. Reports every fault of form.</summary>
internal sealed class SourceReader(Report report)
{
    private static readonly string[] Fields = ["file", "line", "column", "end_line", "end_column", "text"];

    private readonly FieldReader _fields = new(report);

    /// <summary>Null after reporting that it is no object.</summary>
    public LayerSource? Read(JsonElement json, SpecPath path)
    {
        if (!_fields.IsObject(json, path, "an object that says where the layer came from, such as { \"file\": \"net.py\", \"line\": 12 }"))
            return null;
        var fields = _fields.Members(json, path, Fields, "a source");
        return new(Text("file"), Number("line"), Number("column"), Number("end_line"), Number("end_column"), Text("text"));

        string? Text(string field)
        {
            if (!fields.TryGetValue(field, out var value) || _fields.Text(value, path[field]) is not { } text)
                return null;
            if (text.Length <= LayerSource.MaxText)
                return text;
            report.Error(
                Codes.OutOfRange,
                path[field],
                $"'{field}' has {text.Length} characters; at most {LayerSource.MaxText} are kept. Shorten it."
            );
            return null;
        }

        long? Number(string field)
        {
            if (!fields.TryGetValue(field, out var value))
                return null;
            if (value.ValueKind == JsonValueKind.Number && AttributeTypes.TryWhole(value, out var number) && number >= 1)
                return number;
            report.Error(
                Codes.OutOfRange,
                path[field],
                $"'{field}' is {JsonText.Shown(value)}; expected a whole number of at least 1."
            );
            return null;
        }
    }
}
