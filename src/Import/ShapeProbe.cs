using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Import;

/// <summary>
/// The shape of each layer as it is written, asked of the planner itself: each layer is compiled alone, with the shapes that it reads as
/// inputs. A size that is not a number is a symbol of its own.
/// </summary>
internal sealed class ShapeProbe(string layout)
{
    private readonly Dictionary<string, ProbedShape> _shapes = [];

    /// <summary>Null where it is not known: behind a layer that does not fit.</summary>
    public ProbedShape? this[string name] => _shapes.GetValueOrDefault(name);

    public bool IsEmpty => _shapes.Count == 0;

    public void Set(string name, ProbedShape? shape)
    {
        if (shape is not null)
            _shapes[name] = shape;
    }

    public void Add(string name, JsonObject layer, IReadOnlyList<string> inputs)
    {
        var read = inputs.Concat(Likes(layer)).Distinct().ToList();
        if (!read.TrueForAll(_shapes.ContainsKey))
            return;
        var symbols = new Dictionary<string, string>();
        var names = read.Select((input, i) => (Input: input, Own: $"x{i}")).ToDictionary(each => each.Input, each => each.Own);
        using var spec = Spec(layer, inputs, names, symbols);
        var planned = Compilation.Of(spec.RootElement).Planned;
        foreach (var (port, shape) in planned.Shapes.Of("layer").Index())
            _shapes[port == 0 ? name : $"{name}:{port}"] = ProbedShape.Of(shape, symbols);

        if (layer["norm"] is not null || layer["activation"] is not null || layer["type"]?.ToString() is "split" or "time_distributed")
            AddLast(name, planned, symbols);
        if (!_shapes.ContainsKey(name) && inputs.Count > 1)
            AddMerged(name, layer["type"]?.ToString(), inputs);
    }

    /// <summary>What a merge whose inputs do not fit would give: reading goes on behind it, and the report says what is wrong.</summary>
    private void AddMerged(string name, string? type, IReadOnlyList<string> inputs)
    {
        var first = _shapes[inputs[0]];
        var channels = inputs.Select(input => _shapes[input].Channels).Aggregate((a, b) => a + b);
        if (type == "concat")
            _shapes[name] = first with { Sizes = [.. first.Sizes.Select((size, i) => first.Axes[i] == Axis.Channels ? channels : size)] };
        else if (type is "add" or "subtract" or "multiply" or "average" or "maximum" or "minimum" or "divide")
            _shapes[name] = first;
    }

    /// <summary>
    /// A layer with shorthand is known by its name for the last of its layers; the first part of a split has its number, too.
    /// </summary>
    private void AddLast(string name, Planned planned, Dictionary<string, string> symbols)
    {
        if (planned.Rows is [.., { Output: { } last, Layer.Operator: { } made }])
        {
            _shapes[name] = ProbedShape.Of(last, symbols);
            if (made.HasPorts)
                _shapes[$"{name}:0"] = _shapes[name];
        }
    }

    private static IEnumerable<string> Likes(JsonObject layer) =>
        layer.Select(field =>
                field.Value is JsonObject target && target["like"] is JsonValue like ? like.GetValue<string>()
                : field is { Key: "like", Value: JsonValue name } ? name.GetValue<string>()
                : null
            )
            .OfType<string>();

    private JsonDocument Spec(
        JsonObject layer,
        IReadOnlyList<string> inputs,
        Dictionary<string, string> names,
        Dictionary<string, string> symbols
    )
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("layout", layout);
            writer.WriteStartObject("inputs");
            foreach (var (input, own) in names)
            {
                writer.WritePropertyName(own);
                _shapes[input].Write(writer, symbols);
            }

            writer.WriteEndObject();
            writer.WriteStartArray("layers");
            writer.WriteStartObject();
            writer.WriteString("name", "layer");
            foreach (var (field, value) in layer)
            {
                if (field is "name" or "inputs" or "source" or "weights" or "initial_state")
                    continue;
                writer.WritePropertyName(field);
                if (value is JsonObject target && target["like"] is JsonValue like)
                {
                    writer.WriteStartObject();
                    writer.WriteString("like", names[like.GetValue<string>()]);
                    writer.WriteEndObject();
                }
                else if (field == "like" && value is JsonValue name)
                {
                    writer.WriteStringValue(names[name.GetValue<string>()]);
                }
                else if (value is null)
                {
                    writer.WriteNullValue();
                }
                else
                {
                    value.WriteTo(writer);
                }
            }

            writer.WriteStartArray("inputs");
            foreach (var input in inputs)
                writer.WriteStringValue(names[input]);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory);
    }
}

/// <summary>A shape without the batch.</summary>
/// <param name="Sizes">Null for one that is no number.</param>
internal sealed record ProbedShape(long?[] Sizes, string[] Texts, Axis[] Axes, DType DType)
{
    public int Rank => Sizes.Length;

    /// <summary>The size of the feature axis; null where there is none or it is no number.</summary>
    public long? Channels => Array.IndexOf(Axes, Axis.Channels) is >= 0 and var at ? Sizes[at] : null;

    /// <summary>The sizes of the spatial axes.</summary>
    public IEnumerable<long?> Spatial => Sizes.Where((_, i) => Axes[i] != Axis.Channels);

    public long? Elements => Sizes.Aggregate((long?)1, (a, b) => a is { } x && b is { } y ? Saturating.Multiply(x, y) : null);

    public bool HasAllSizes => Array.TrueForAll(Sizes, size => size is not null);

    /// <summary>What an input of a spec says.</summary>
    public static ProbedShape? OfInput(JsonObject spec, string name)
    {
        using var json = JsonDocument.Parse(spec.ToJsonString());
        return Compilation.Of(json.RootElement).Graph.Inputs.FirstOrDefault(input => input.Name == name) is { IsReadable: true } found
            ? Of(found.Shape, [])
            : null;
    }

    public static ProbedShape Of(Shape shape, Dictionary<string, string> symbols)
    {
        var meant = symbols.ToDictionary(each => each.Value, each => each.Key);
        return new(
            [.. shape.Dims.Skip(1).Select(size => size.Known)],
            [.. shape.Dims.Skip(1).Select(size => Outside(size.ToString(), meant))],
            [.. shape.Axes.Skip(1)],
            shape.DType
        );
    }

    /// <summary>An expression over the symbols of one probe, in those of the whole.</summary>
    private static string Outside(string text, Dictionary<string, string> meant) =>
        meant.TryGetValue(text, out var known)
            ? known
            : meant.Aggregate(text, (written, each) => written.Replace(each.Key, $"({each.Value})", StringComparison.Ordinal));

    public void Write(Utf8JsonWriter writer, Dictionary<string, string> symbols)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("shape");
        for (var i = 0; i < Sizes.Length; i++)
        {
            if (Sizes[i] is { } size)
                writer.WriteNumberValue(size);
            else
                writer.WriteStringValue(Symbol(Texts[i], symbols));
        }

        writer.WriteEndArray();
        if (!Axes.Contains(Axis.Other))
        {
            writer.WriteStartArray("axes");
            foreach (var axis in Axes)
                writer.WriteStringValue(axis.Name());
            writer.WriteEndArray();
        }

        writer.WriteString("dtype", DType == DType.Int64 ? "int64" : "float32");
        writer.WriteEndObject();
    }

    private static string Symbol(string text, Dictionary<string, string> symbols)
    {
        if (text.Length > 500)
            text = text[..500];
        return symbols.TryGetValue(text, out var known) ? known : symbols[text] = $"S{symbols.Count}Z";
    }
}
