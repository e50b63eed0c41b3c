using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench.Networks;

/// <summary>
/// Writes a random network's layers as one of several kinds of people would: shorthand or not, named or not where nobody asks for the name.
/// </summary>
public sealed class LayerWriter(Random random)
{
    private readonly bool _shorthand = random.Next(2) == 0;
    private readonly bool _same = random.Next(2) == 0;
    private readonly bool _norm = random.Next(3) > 0;
    private readonly bool _names = random.Next(4) > 0;
    private readonly string _suffix = random.Next(6) == 0 ? "1d" : "2d";
    private int _count;

    public Random Random => random;

    public int SpatialRank => _suffix == "1d" ? 1 : 2;

    public JsonArray Layers { get; } = [];

    /// <summary>
    /// A convolution that keeps the size, or divides it by the stride, with what usually follows it. The name is the last layer's.
    /// </summary>
    public List<JsonObject> Conv(long channels, long kernel, long stride = 1, bool padded = true)
    {
        var conv = new JsonObject { ["type"] = $"conv{_suffix}", ["out_channels"] = channels, ["kernel_size"] = kernel };
        if (stride > 1)
            conv["stride"] = stride;
        if (kernel > 1 && padded)
            conv["padding"] = _same ? "same" : kernel / 2;
        var layers = new List<JsonObject> { conv };
        if (_norm && _shorthand)
            conv["norm"] = "batch_norm";
        else if (_norm)
            layers.Add(new() { ["type"] = "batch_norm" });
        if (_shorthand)
            conv["activation"] = "relu";
        else
            layers.Add(new() { ["type"] = "relu" });
        return layers;
    }

    public JsonObject Pool(long kernel, long? stride, long padding)
    {
        var pool = new JsonObject { ["type"] = $"{(random.Next(2) == 0 ? "max" : "avg")}_pool{_suffix}", ["kernel_size"] = kernel };
        if (stride is not null)
            pool["stride"] = stride;
        if (padding > 0)
            pool["padding"] = _same && stride == 1 ? "same" : padding;
        return pool;
    }

    /// <summary>A pooling that rounds odd sizes up.</summary>
    public JsonObject CeilPool()
    {
        var pool = Pool(2, null, 0);
        pool["ceil_mode"] = true;
        return pool;
    }

    /// <summary>Some layer that halves the size: rounding down, up, or to the next.</summary>
    public List<JsonObject> Halve(long channels) => random.Next(4) switch
    {
        0 => Conv(channels, 3, 2),
        1 => [Pool(3, 2, 1)],
        _ => [Pool(2, null, 0)],
    };

    /// <summary>Some layer that doubles the size.</summary>
    public List<JsonObject> Double(long channels) => random.Next(3) switch
    {
        0 =>
        [
            new()
                {
                    ["type"] = $"conv_transpose{_suffix}",
                    ["out_channels"] = channels,
                    ["kernel_size"] = 2,
                    ["stride"] = 2,
                },
            ],
        1 =>
        [
            new()
                {
                    ["type"] = $"conv_transpose{_suffix}",
                    ["out_channels"] = channels,
                    ["kernel_size"] = 4,
                    ["stride"] = 2,
                    ["padding"] = 1,
                },
            ],
        _ => [new() { ["type"] = "upsample", ["scale_factor"] = 2 }],
    };

    /// <summary>
    /// Appends layers that follow each other; returns the last one's name. Inputs are named where the first does not follow what was
    /// written last.
    /// </summary>
    public string Add(string stem, string? input, params IEnumerable<JsonObject> layers)
    {
        var list = layers.ToList();
        for (var i = 0; i < list.Count; i++)
        {
            var last = i == list.Count - 1;
            if (i == 0 && input is not null && (Layers.Count == 0 || (string?)Layers[^1]!["name"] != input))
                list[i]["inputs"] = new JsonArray(input);
            Layers.Add((JsonNode)Named(list[i], last ? stem : $"{stem}_{(string)list[i]["type"]!}", always: last));
        }

        return (string)Layers[^1]!["name"]!;
    }

    /// <summary>A layer of several inputs.</summary>
    public string Merge(string stem, string type, params IEnumerable<string> inputs) =>
        Add(stem, null, new JsonObject { ["type"] = type, ["inputs"] = new JsonArray([.. inputs.Select(name => (JsonNode)name)]) });

    /// <summary>A branch of a parallel, or a repetition's body.</summary>
    public JsonArray Nested(IEnumerable<JsonObject> layers) =>
        new([.. layers.Select(layer => (JsonNode)Named(layer, (string)layer["type"]!, always: false))]);

    // The name comes first, as people write it.
    private JsonObject Named(JsonObject layer, string stem, bool always)
    {
        var named = new JsonObject();
        if (_names || always)
            named["name"] = always ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}_{++_count}");
        foreach (var (name, value) in layer)
            named[name] = value?.DeepClone();
        return named;
    }
}
