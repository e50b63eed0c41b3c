using System.Text.Json;
using static ConcatService.Api.Inference.Engine.InferenceCall;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// Reads an infer request in one pass. The elements of a tensor, nearly all of its bytes, are stepped over to their closing bracket: their
/// type and shape may stand behind them. Unknown fields are ignored, as the protocol asks for where it is extended.
/// </summary>
internal ref struct InferJsonReader(ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private Utf8JsonReader _reader = new(json);
    private int _origin;

    public InferJson Request()
    {
        string? id = null;
        var (isBinary, timeout) = (false, 0L);
        List<InferJson.Input>? inputs = null;
        List<InferJson.Output> outputs = [];
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
            throw Invalid("", "The body must be a JSON object");
        while (NextField() is { } field)
        {
            if (field == "id")
                id = Text("/id");
            else if (field == "parameters")
            {
                var (flag, number) = Parameters("/parameters", "binary_data_output", "timeout");
                (isBinary, timeout) = (flag ?? false, number ?? 0);
            }
            else if (field == "inputs")
                inputs = List("/inputs", (ref InferJsonReader reader, string where) => reader.Input(where));
            else if (field == "outputs")
                outputs = List("/outputs", (ref InferJsonReader reader, string where) => reader.Output(where));
            else
                Skip();
        }

        if (_reader.Read())
            throw new JsonException("Something follows the object.");
        return new(id, timeout, isBinary, inputs ?? throw Invalid("/inputs", "must be a list of tensors"), outputs);
    }

    private delegate T Item<T>(ref InferJsonReader reader, string where);

    private InferJson.Input Input(string where)
    {
        string? name = null, datatype = null;
        long[]? shape = null;
        long? binaryBytes = null;
        Range? data = null;
        while (NextField() is { } field)
        {
            if (field == "name")
                name = Text($"{where}/name");
            else if (field == "datatype")
                datatype = Text($"{where}/datatype");
            else if (field == "shape")
                shape = Shape($"{where}/shape");
            else if (field == "parameters")
                binaryBytes = Parameters($"{where}/parameters", flag: null, "binary_data_size").Number;
            else if (field == "data")
                data = Data($"{where}/data");
            else
                Skip();
        }

        return new(
            name ?? throw Invalid($"{where}/name", "must be a string"), datatype ?? throw Invalid($"{where}/datatype", "must be a string"),
            shape ?? throw Invalid($"{where}/shape", "must be a list of sizes, the batch first"), binaryBytes, data);
    }

    private InferJson.Output Output(string where)
    {
        string? name = null;
        bool? isBinary = null;
        while (NextField() is { } field)
        {
            if (field == "name")
                name = Text($"{where}/name");
            else if (field == "parameters")
                isBinary = Parameters($"{where}/parameters", "binary_data", number: null).Flag;
            else
                Skip();
        }

        return new(name ?? throw Invalid($"{where}/name", "must be a string"), isBinary);
    }

    /// <summary>
    /// The flag and the number that are known here; the others must be what the protocol allows: strings, numbers, true, false.
    /// </summary>
    private (bool? Flag, long? Number) Parameters(string where, string? flag, string? number)
    {
        (bool? Flag, long? Number) found = default;
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
            throw Invalid(where, "must be an object");
        while (NextField() is { } field)
        {
            _reader.Read();
            if (_reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                throw Invalid($"{where}/{field}", "must be a string, a number, true or false");
            if (field == number)
                found.Number =
                    _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var given) && given >= 0
                        ? given
                        : throw Invalid($"{where}/{field}", "must be a whole number, 0 or more");
            else if (field == flag)
                found.Flag = _reader.TokenType is JsonTokenType.True or JsonTokenType.False
                    ? _reader.GetBoolean()
                    : throw Invalid($"{where}/{field}", "must be true or false");
        }

        return found;
    }

    private long[] Shape(string where)
    {
        List<long> sizes = [];
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartArray)
            throw Invalid(where, "must be a list of sizes, the batch first");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            sizes.Add(
                _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var size)
                    ? size
                    : throw Invalid(where, "must hold whole numbers")
            );
        return [.. sizes];
    }

    /// <summary>Steps over a list by its brackets, and goes on behind it as if <c>null</c> had stood there.</summary>
    private Range Data(string where)
    {
        var from = _origin + (int)_reader.BytesConsumed;
        while (from < _json.Length && _json[from] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            from++;
        if (from == _json.Length || _json[from] != '[')
            throw Invalid(where, "must be a list, nested or flat");
        var to = from + JsonElements.LengthOfList(_json[from..]);
        var stand = new Utf8JsonReader("null"u8, isFinalBlock: false, _reader.CurrentState);
        stand.Read();
        _reader = new(_json[to..], isFinalBlock: true, stand.CurrentState);
        _origin = to;
        return from..to;
    }

    private List<T> List<T>(string where, Item<T> read)
    {
        List<T> items = [];
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartArray)
            throw Invalid(where, "must be a list of tensors");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            items.Add(
                _reader.TokenType == JsonTokenType.StartObject
                    ? read(ref this, $"{where}/{items.Count}")
                    : throw Invalid($"{where}/{items.Count}", "must be a tensor: { name, … }")
            );
        return items;
    }

    private string Text(string where) =>
        _reader.Read() && _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : throw Invalid(where, "must be a string");

    private string? NextField() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName ? _reader.GetString() : null;

    private void Skip()
    {
        _reader.Read();
        _reader.Skip();
    }
}
