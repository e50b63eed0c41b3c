using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference;

/// <summary>An inference request, read and checked against the model: every input once, with its type and a shape that fits.</summary>
internal sealed class InferRequest : IDisposable
{
    private InferRequest(string? id, IReadOnlyList<string> outputs) => (Id, OutputNames) = (id, outputs);

    public string? Id { get; }

    public List<string> InputNames { get; } = [];

    public List<OrtValue> Inputs { get; } = [];

    public IReadOnlyList<string> OutputNames { get; }

    /// <exception cref="InferenceException">Something in it does not fit; the message says what and where.</exception>
    public static InferRequest Read(JsonElement json, ServedModel model)
    {
        var id = json.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        var request = new InferRequest(id, ReadOutputs(json, model));
        try
        {
            if (!json.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array)
                throw Fault("/inputs", "must be a list of tensors");
            var index = 0;
            foreach (var input in inputs.EnumerateArray())
                request.Add(input, model, $"/inputs/{index++}");
            foreach (var missing in model.Inputs.Where(input => !request.InputNames.Contains(input.Name)))
                throw Fault("/inputs", $"lacks the input '{missing.Name}'");
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    public void Dispose() => Inputs.ForEach(input => input.Dispose());

    private void Add(JsonElement json, ServedModel model, string where)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Fault(where, "must be a tensor: { name, shape, datatype, data }");
        var name = Text(json, "name", where);
        if (model.Inputs.FirstOrDefault(input => input.Name == name) is not { } wanted)
            throw Fault($"{where}/name", $"is '{name}'; the model takes {string.Join(", ", model.Inputs.Select(input => input.Name))}");
        if (InputNames.Contains(name))
            throw Fault($"{where}/name", $"is '{name}' for the second time");
        if (Text(json, "datatype", where) is var datatype && datatype != wanted.Datatype)
            throw Fault($"{where}/datatype", $"is {datatype}; '{name}' is {wanted.Datatype}");
        var shape = ReadShape(json, where);
        if (!wanted.Takes(shape))
            throw Fault($"{where}/shape", $"is [{string.Join(", ", shape)}]; '{name}' is [{string.Join(", ", wanted.Shape)}], where -1 is any size from 1 up");
        if (!json.TryGetProperty("data", out var data))
            throw Fault($"{where}/data", "is missing; tensors are sent as JSON numbers, nested or flat");
        Inputs.Add(Tensors.Read(data, datatype, shape, $"{where}/data"));
        InputNames.Add(name);
    }

    private static List<string> ReadOutputs(JsonElement json, ServedModel model)
    {
        var known = model.Outputs.Select(output => output.Name).ToList();
        if (!json.TryGetProperty("outputs", out var outputs))
            return known;
        if (outputs.ValueKind != JsonValueKind.Array || outputs.EnumerateArray().Any(output => output.ValueKind != JsonValueKind.Object))
            throw Fault("/outputs", "must be a list of { name }");
        var names = outputs.EnumerateArray().Select((output, index) => Text(output, "name", $"/outputs/{index}")).Distinct().ToList();
        if (names.Find(name => !known.Contains(name)) is { } unknown)
            throw Fault("/outputs", $"asks for '{unknown}'; the model gives {string.Join(", ", known)}");
        return names.Count > 0 ? names : known;
    }

    private static long[] ReadShape(JsonElement json, string where)
    {
        if (!json.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array)
            throw Fault($"{where}/shape", "must be a list of sizes, the batch first");
        return [.. shape.EnumerateArray().Select(size => size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var value) ? value : throw Fault($"{where}/shape", "must hold whole numbers"))];
    }

    private static string Text(JsonElement json, string field, string where) =>
        json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault($"{where}/{field}", "must be a string");

    private static InferenceException Fault(string where, string what) => new("inference.request", $"{where} {what}.");
}
