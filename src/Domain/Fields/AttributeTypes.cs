using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fields;

/// <summary>How one C# type stands in the JSON of a spec: reading, writing, its schema, and how a range applies to it.</summary>
/// <param name="Expected">What a valid value looks like, for the message: "a whole number".</param>
/// <param name="IsWithin">Whether every number in the value lies in the range; null where there are none.</param>
public sealed record AttributeType<T>(
    string Expected,
    AttributeType<T>.Reader Read,
    Action<Utf8JsonWriter, T> Write,
    Func<Numbers, JsonObject> Schema,
    Func<T, Numbers, bool>? IsWithin = null
)
{
    /// <summary>False when the JSON is not such a value; nothing is thrown.</summary>
    public delegate bool Reader(JsonElement json, out T value);

    /// <summary>Reads a value with an inside of its own and reports its faults itself, each with its path; null after reporting.</summary>
    public Func<JsonElement, SpecPath, string, Report, object?>? ReadNested { get; init; }
}

/// <summary>The range that an attribute's numbers must lie in, both ends allowed.</summary>
public readonly record struct Numbers(double Min, double Max)
{
    public static Numbers Any { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    public bool Holds(double number) => number >= Min && number <= Max;

    public JsonObject AddTo(JsonObject schema)
    {
        if (!double.IsNegativeInfinity(Min))
            schema["minimum"] = Min;
        if (!double.IsPositiveInfinity(Max))
            schema["maximum"] = Max;
        return schema;
    }
}

/// <summary>
/// Every type that an operator's attribute or a setting may have: the plain ones, enums, and those that say it themselves
/// (<see cref="IAttributeValue{T}"/>).
/// </summary>
public static class AttributeTypes
{
    private static readonly Dictionary<Type, object> Known = new()
    {
        [typeof(bool)] = new AttributeType<bool>(
            "true or false",
            (JsonElement json, out bool value) =>
            {
                value = json.ValueKind == JsonValueKind.True;
                return json.ValueKind is JsonValueKind.True or JsonValueKind.False;
            },
            (writer, value) => writer.WriteBooleanValue(value),
            _ => new() { ["type"] = "boolean" }),
        [typeof(long)] = new AttributeType<long>(
            "a whole number",
            (JsonElement json, out long value) =>
            {
                value = 0;
                return json.ValueKind == JsonValueKind.Number && TryWhole(json, out value);
            },
            (writer, value) => writer.WriteNumberValue(value),
            range => range.AddTo(new() { ["type"] = "integer" }),
            (value, range) => range.Holds(value)),
        [typeof(double)] = new AttributeType<double>(
            "a number",
            (JsonElement json, out double value) =>
            {
                value = 0;
                return json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out value) && double.IsFinite(value);
            },
            (writer, value) => writer.WriteNumberValue(value),
            range => range.AddTo(new() { ["type"] = "number" }),
            (value, range) => range.Holds(value)),
        [typeof(string)] = new AttributeType<string>(
            "a string",
            (JsonElement json, out string value) =>
            {
                value = json.ValueKind == JsonValueKind.String ? json.GetString()! : "";
                return json.ValueKind == JsonValueKind.String;
            },
            (writer, value) => writer.WriteStringValue(value),
            _ => new() { ["type"] = "string" }),
        [typeof(TimeSpan)] = new AttributeType<TimeSpan>(
            "an ISO 8601 duration above zero, such as 'PT30M'",
            (JsonElement json, out TimeSpan value) =>
            {
                value = default;
                return json.ValueKind == JsonValueKind.String && Duration.TryRead(json.GetString()!, out value);
            },
            (writer, value) => writer.WriteStringValue(Duration.Write(value)),
            _ => new() { ["type"] = "string", ["format"] = "duration" }),
    };

    public static AttributeType<T> Of<T>()
    {
        lock (Known)
        {
            if (!Known.TryGetValue(typeof(T), out var known))
                Known[typeof(T)] = known = typeof(T).IsEnum
                    ? OfEnum<T>()
                    : OfItself(typeof(T));
            return (AttributeType<T>)known;
        }
    }

    private static object OfItself(Type type) =>
        type.IsAssignableTo(typeof(IAttributeValue<>).MakeGenericType(type))
            ? typeof(AttributeTypes)
                .GetMethod(nameof(AttributeOf), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(type)
                .Invoke(null, null)!
            : throw new InvalidOperationException($"No attribute type for {type}.");

    private static AttributeType<T> AttributeOf<T>()
        where T : IAttributeValue<T> => T.Attribute;

    /// <summary>Numbers like 3 and 3.0 are whole; 3.5 and 1e300 are not.</summary>
    internal static bool TryWhole(JsonElement json, out long value)
    {
        if (json.TryGetInt64(out value))
            return true;
        if (!json.TryGetDouble(out var real) || real != Math.Floor(real) || Math.Abs(real) > 1L << 53)
            return false;
        value = (long)real;
        return true;
    }

    /// <summary>A list of 1 to <paramref name="most"/> whole numbers; null for anything else.</summary>
    internal static long[]? WholeNumbers(JsonElement json, int most)
    {
        var count = json.ValueKind == JsonValueKind.Array ? json.GetArrayLength() : 0;
        if (count < 1 || count > most)
            return null;
        var each = new long[count];
        var i = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !TryWhole(item, out each[i++]))
                return null;
        }

        return each;
    }

    private static AttributeType<T> OfEnum<T>()
    {
        var names = Enum.GetNames(typeof(T))
            .ToDictionary(JsonNamingPolicy.SnakeCaseLower.ConvertName, name => (T)Enum.Parse(typeof(T), name));
        var written = names.ToDictionary(pair => (object)pair.Value!, pair => pair.Key);
        return new(
            $"one of {string.Join(", ", names.Keys.Select(name => $"'{name}'"))}",
            (JsonElement json, out T value) =>
            {
                value = default!;
                return json.ValueKind == JsonValueKind.String && names.TryGetValue(json.GetString()!, out value!);
            },
            (writer, value) => writer.WriteStringValue(written[value!]),
            _ => new() { ["enum"] = new JsonArray([.. names.Keys.Select(name => (JsonNode)name)]) });
    }
}
