using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>How much each class counts in a loss: a number for each, in the order of the classes, or <c>"auto"</c>.</summary>
/// <param name="Given">Null for <c>"auto"</c>.</param>
public sealed record ClassWeights(IReadOnlyList<double>? Given) : IAttributeValue<ClassWeights>
{
    public static ClassWeights Auto { get; } = new((IReadOnlyList<double>?)null);

    /// <summary>
    /// What <c>"auto"</c> stands for: n / (classes · count), scikit-learn's <c>balanced</c>, so that every class has the same sum of
    /// weights. 1 for a class that is not there.
    /// </summary>
    /// <param name="counts">Samples of each class in the training split; pixels of a mask.</param>
    public static ClassWeights Balanced(IReadOnlyList<long> counts)
    {
        var all = (double)counts.Sum();
        return new([.. counts.Select(count => count == 0 ? 1 : all / (counts.Count * (double)count))]);
    }

    public bool Equals(ClassWeights? other) => other is not null && (Given ?? []).SequenceEqual(other.Given ?? []);

    public override int GetHashCode() => (Given ?? []).Aggregate(17, HashCode.Combine);

    public static AttributeType<ClassWeights> Attribute { get; } = new(
        "'auto' or a list with a number for each class",
        TryRead,
        Write,
        range => new()
        {
            ["oneOf"] = new JsonArray(
                new JsonObject { ["const"] = "auto" },
                new JsonObject { ["type"] = "array", ["items"] = range.AddTo(new() { ["type"] = "number" }), ["minItems"] = 1 }
            ),
        },
        (weights, range) => (weights.Given ?? []).All(range.Holds));

    private static bool TryRead(JsonElement json, out ClassWeights weights)
    {
        weights = Auto;
        if (json.ValueKind == JsonValueKind.String)
            return json.ValueEquals("auto");
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() == 0)
            return false;
        var each = new double[json.GetArrayLength()];
        var i = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (!AttributeTypes.Of<double>().Read(item, out each[i++]))
                return false;
        }

        weights = new(each);
        return true;
    }

    private static void Write(Utf8JsonWriter writer, ClassWeights weights)
    {
        if (weights.Given is null)
        {
            writer.WriteStringValue("auto");
            return;
        }

        writer.WriteStartArray();
        foreach (var weight in weights.Given)
            writer.WriteNumberValue(weight);
        writer.WriteEndArray();
    }
}
