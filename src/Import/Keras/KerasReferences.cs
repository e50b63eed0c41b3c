using System.Text.Json;

namespace ConcatService.Import.Keras;

/// <summary>An output of a call: of which layer, and which call of it.</summary>
internal readonly record struct KerasReference(string Layer, int Node, int Tensor);

/// <summary>Reads which calls a layer's inbound nodes name, in the forms of Keras 2 and 3.</summary>
internal static class KerasReferences
{
    /// <summary>One list for each call of the layer.</summary>
    public static List<List<KerasReference>> OfCalls(JsonElement layer)
    {
        var calls = new List<List<KerasReference>>();
        if (!layer.TryGetProperty("inbound_nodes", out var nodes) || nodes.ValueKind != JsonValueKind.Array)
            return calls;
        foreach (var node in nodes.EnumerateArray())
        {
            var found = new List<KerasReference>();
            Collect(node, found);
            calls.Add(found);
        }

        return calls;
    }

    /// <summary>The references in a value: <c>["conv", 0, 0]</c>, or objects with a <c>keras_history</c>.</summary>
    public static List<KerasReference> In(JsonElement value)
    {
        var found = new List<KerasReference>();
        Collect(value, found);
        return found;
    }

    private static void Collect(JsonElement value, List<KerasReference> found)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            if (Read(value) is { } reference)
            {
                found.Add(reference);
                foreach (var more in value.EnumerateArray().Skip(3))
                    Collect(more, found);
                return;
            }

            foreach (var item in value.EnumerateArray())
                Collect(item, found);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            if (value.TryGetProperty("keras_history", out var history) && Read(history) is { } reference)
            {
                found.Add(reference);
                return;
            }

            foreach (var member in value.EnumerateObject())
                Collect(member.Value, found);
        }
    }

    private static KerasReference? Read(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
        && list.GetArrayLength() >= 3
        && list[0].ValueKind == JsonValueKind.String
        && list[1].ValueKind == JsonValueKind.Number
        && list[2].ValueKind == JsonValueKind.Number
        && list[1].TryGetInt32(out var node)
        && list[2].TryGetInt32(out var tensor)
            ? new(list[0].GetString()!, node, tensor)
            : null;
}
