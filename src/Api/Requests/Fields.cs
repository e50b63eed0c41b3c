using System.Text.Json;
using ConcatService.Api.Errors;

namespace ConcatService.Api.Requests;

/// <summary>Takes the fields of a request's body and collects every fault, so that the caller sees all of them at once.</summary>
internal sealed class Fields
{
    private readonly Dictionary<string, JsonElement> _given = [];

    /// <param name="json">The object. Its names are known: see <see cref="BodyFields"/>.</param>
    public Fields(JsonElement json)
    {
        foreach (var field in json.EnumerateObject())
        {
            if (!_given.TryAdd(field.Name, field.Value))
                Fault(field.Name, "duplicate_field", $"The field '{field.Name}' is there twice.");
        }
    }

    public List<PointedError> Errors { get; } = [];

    /// <summary>The value, or null where the field is missing or null.</summary>
    public JsonElement? Any(string name) => _given.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement? Object(string name)
    {
        if (Any(name) is not { } value || value.ValueKind == JsonValueKind.Object)
            return Any(name);
        Fault(name, "wrong_type", $"'{name}' must be a JSON object.");
        return null;
    }

    /// <summary>A string of 1 to <paramref name="maxLength"/> characters, without control characters.</summary>
    public string? Text(string name, int maxLength = 200)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            Fault(name, "wrong_type", $"'{name}' must be a string.");
        else if (value.GetString() is not { } text || text.Length < 1 || text.Length > maxLength || text.Any(char.IsControl))
            Fault(name, "out_of_range", $"'{name}' must have 1 to {maxLength} printable characters.");
        else
            return text;
        return null;
    }

    /// <summary>The same, where the field must be there.</summary>
    public string? RequiredText(string name, int maxLength = 200)
    {
        if (Any(name) is null)
            Fault(name, "missing_field", $"'{name}' is missing.");
        return Text(name, maxLength);
    }

    public void Fault(string field, string code, string detail) =>
        Errors.Add(new(Pointers.Append("", field), code, detail));
}
