using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Fuzz;

/// <summary>
/// Makes hostile specs from good ones: it knows what layers, references, blocks and repetitions are, and bends exactly those.
/// </summary>
/// <param name="samples">JSON texts to start from, each an object.</param>
public sealed class SpecMutator(IReadOnlyList<string> samples)
{
    /// <summary>What JsonNode cannot hold is written as a marked string or key, and the marks are taken off the text.</summary>
    private const string RawMark = "~~raw~~", TwinMark = "~~twin~~";

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 10_000 };

    private static readonly JsonWriterOptions Relaxed = new() { MaxDepth = 10_000, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Values =
    [
        "0",
        "-1",
        "1",
        "2",
        "3",
        "1.5",
        "-0.0",
        "255",
        "2147483647",
        "2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "1e18",
        "1e308",
        "1e999",
        "1e-400",
        "true",
        "false",
        "null",
        "\"\"",
        "\"N\"",
        "\"H\"",
        "\"same\"",
        "\"auto\"",
        "\"NaN\"",
        "\"channels\"",
        "\"channels_last\"",
        "\"batch\"",
        "\"time\"",
        "\"int64\"",
        "\"\\u0000\"",
        "\"😀/~1\"",
        "\"../0:1\"",
        "[]",
        "{}",
        "[[]]",
        "[0]",
        "[1,2]",
        "[3,-1]",
        "[1,1,1]",
        "[2147483647,2147483647]",
        "[1e9]",
        "[\"H\",\"W\"]",
        "[null]",
        "[1,2,3,4,5,6,7,8,9]",
        "{\"like\":\"image\"}",
        "{\"type\":\"se\"}",
        "{\"type\":\"concat\",\"align\":\"auto\",\"fuse\":\"gmu\"}",
        "{\"min\":1,\"max\":0,\"multiple_of\":7}",
        "{\"shape\":[\"H\",\"W\",3]}",
        "\"~~raw~~NaN\"",
        "\"~~raw~~-Infinity\"",
        "\"~~raw~~0x10\"",
        "\"~~raw~~01\"",
        "\"~~raw~~half\"",
    ];

    private static readonly string[] Attributes =
    [
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "out_channels",
        "out_features",
        "output_padding",
        "ceil_mode",
        "output_size",
        "size",
        "scale_factor",
        "axis",
        "align",
        "fuse",
        "data_format",
        "norm",
        "activation",
        "inputs",
        "times",
        "layers",
        "branches",
        "merge",
        "block",
        "with",
        "sections",
        "dims",
        "shape",
        "start",
        "end",
        "dtype",
        "axes",
        "reduction",
        "num_heads",
        "hidden_size",
        "num_layers",
        "num_embeddings",
        "factor",
        "p",
        "name",
        "type",
        "mode",
        "🙂",
    ];

    private static readonly string[] Types =
    [
        "concat",
        "add",
        "multiply",
        "average",
        "split",
        "parallel",
        "repeat",
        "block",
        "conv2d",
        "conv1d",
        "conv_transpose2d",
        "linear",
        "embedding",
        "max_pool2d",
        "avg_pool2d",
        "adaptive_avg_pool2d",
        "global_avg_pool",
        "batch_norm",
        "group_norm",
        "layer_norm",
        "l2_norm",
        "prelu",
        "softmax",
        "squeeze_excitation",
        "eca",
        "cbam",
        "attention_gate",
        "multi_head_attention",
        "flatten",
        "reshape",
        "permute",
        "expand",
        "upsample",
        "pixel_shuffle",
        "pixel_unshuffle",
        "channel_shuffle",
        "pad2d",
        "center_crop",
        "slice",
        "cast",
        "lstm",
        "gru",
        "identity",
        "drop_path",
    ];

    /// <summary>The hostile spec of this seed: the same for the same samples and seed.</summary>
    public byte[] Make(int seed)
    {
        var random = new Random(seed);
        var spec = JsonNode.Parse(samples[random.Next(samples.Count)], documentOptions: Deep)!.AsObject();
        for (var count = 1 + random.Next(4); count > 0; count--)
            Mutate(spec, random);
        var text = Text(spec).Replace(TwinMark, "", StringComparison.Ordinal);
        text = System.Text.RegularExpressions.Regex.Replace(
            text,
            "\"~~raw~~([-A-Za-z0-9]*)\"",
            mark => mark.Groups[1].Value == "half" ? "\"\\ud800\"" : mark.Groups[1].Value
        );
        var bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(20) == 0 ? Torn(bytes, random) : bytes;
    }

    private void Mutate(JsonObject spec, Random random)
    {
        var places = new List<JsonNode>();
        Collect(spec, places);
        var place = places[random.Next(places.Count)];
        switch (random.Next(16))
        {
            case 0 or 1 or 2:
                Put(place, JsonNode.Parse(Values[random.Next(Values.Length)]));
                break;
            case 3:
                Remove(place);
                break;
            case 4 when place.Parent is JsonObject parent:
                parent[place.GetPropertyName() + TwinMark] =
                    random.Next(2) == 0 ? place.DeepClone() : JsonNode.Parse(Values[random.Next(Values.Length)]);
                break;
            case 5 or 6:
                Put(place, places[random.Next(places.Count)].DeepClone());
                break;
            case 7 when Pick(places, random, IsLayer) is { } layer:
                layer[Attributes[random.Next(Attributes.Length)]] = JsonNode.Parse(Values[random.Next(Values.Length)]);
                break;
            case 8 when Pick(places, random, IsLayer) is { } layer:
                layer["type"] = Types[random.Next(Types.Length)];
                break;
            case 9 when Pick(places, random, IsLayer) is { } layer:
                layer["inputs"] = new JsonArray([
                    .. Enumerable.Range(0, random.Next(40) == 0 ? 3000 : 1 + random.Next(3)).Select(_ => (JsonNode?)Name(places, random)),
                ]);
                break;
            case 10 when Pick(places, random, IsLayer) is { } layer:
                Put(layer, Nested(layer.DeepClone(), random));
                break;
            case 11 when Pick(places, random, node => node is JsonArray { Count: > 0 }) is { } list:
                Multiply(list.AsArray(), random);
                break;
            case 12:
                Put(place, Tower(random.Next(20) == 0 ? 1200 : 2 + random.Next(80), random));
                break;
            case 13 when samples.Count > 1:
                Put(place, Foreign(random));
                break;
            case 14 when place.GetValueKind() == JsonValueKind.Number:
                Put(
                    place,
                    double.Parse(place.ToJsonString(), CultureInfo.InvariantCulture) is var number && Math.Abs(number) < 1e9
                        ? JsonValue.Create((long)number + random.Next(-2, 3))
                        : 0
                );
                break;
            default:
                if (place.GetValueKind() == JsonValueKind.String)
                    Put(place, JsonValue.Create(Name(places, random)));
                break;
        }
    }

    private static bool IsLayer(JsonNode node) => node is JsonObject layer && layer.ContainsKey("type") && node.Parent is JsonArray;

    // A repetition of huge count, a parallel of copies, or several of one in another.
    private static JsonNode Nested(JsonNode layer, Random random)
    {
        for (var depth = random.Next(1, random.Next(20) == 0 ? 70 : 4); depth > 0; depth--)
        {
            layer = random.Next(3) switch
            {
                0 => new JsonObject { ["type"] = "parallel", ["branches"] = new JsonArray(new JsonArray(layer), new JsonArray()) },
                1 => new JsonObject
                {
                    ["type"] = "repeat",
                    ["times"] = random.Next(3) == 0 ? 1_000_000_000 : random.Next(4),
                    ["layers"] = random.Next(4) == 0 ? new JsonArray() : new JsonArray(layer),
                },
                _ => new JsonObject
                {
                    ["type"] = "parallel",
                    ["merge"] = "add",
                    ["branches"] = new JsonArray([
                        .. Enumerable.Range(0, random.Next(3)).Select(_ => (JsonNode?)new JsonArray(layer.DeepClone())),
                    ]),
                },
            };
        }

        return layer;
    }

    private static void Multiply(JsonArray list, Random random)
    {
        var item = list[random.Next(list.Count)];
        for (var copies = random.Next(40) == 0 ? 2000 : random.Next(1, 6); copies > 0; copies--)
        {
            var copy = item?.DeepClone();
            if (copy is JsonObject layer && random.Next(2) == 0)
                layer.Remove("name");
            list.Insert(random.Next(list.Count + 1), copy);
        }
    }

    private static JsonNode Tower(int height, Random random)
    {
        JsonNode tower = new JsonArray();
        for (var array = random.Next(2) == 0; height > 0; height--)
            tower = array ? new JsonArray(tower) : new JsonObject { ["layers"] = tower };
        return tower;
    }

    private JsonNode Foreign(Random random)
    {
        var places = new List<JsonNode>();
        Collect(JsonNode.Parse(samples[random.Next(samples.Count)], documentOptions: Deep)!, places);
        return places[random.Next(places.Count)].DeepClone();
    }

    private static string Name(List<JsonNode> places, Random random) => random.Next(12) switch
    {
        0 => "nobody",
        1 => "é" + new string('x', random.Next(200)),
        _ => Pick(places, random, node => node.GetValueKind() == JsonValueKind.String) is { } name ? name.GetValue<string>() : "",
    };

    private static JsonNode? Pick(List<JsonNode> places, Random random, Func<JsonNode, bool> wanted)
    {
        var start = random.Next(places.Count);
        for (var i = 0; i < places.Count; i++)
        {
            if (wanted(places[(start + i) % places.Count]))
                return places[(start + i) % places.Count];
        }

        return null;
    }

    private static void Put(JsonNode place, JsonNode? value)
    {
        if (place.Parent is JsonObject parent)
            parent[place.GetPropertyName()] = value;
        else if (place.Parent is JsonArray list)
            list[place.GetElementIndex()] = value;
    }

    private static void Remove(JsonNode place)
    {
        if (place.Parent is JsonObject parent)
            parent.Remove(place.GetPropertyName());
        else if (place.Parent is JsonArray list)
            list.RemoveAt(place.GetElementIndex());
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        var open = new Stack<JsonNode?>([node]);
        while (open.TryPop(out var at))
        {
            if (at is null)
                continue;
            if (at.Parent is not null)
                places.Add(at);
            foreach (var inside in at is JsonObject fields ? fields.Select(field => field.Value) : at is JsonArray list ? list : [])
                open.Push(inside);
        }

        if (places.Count == 0 && node is JsonObject empty)
            places.Add((empty["name"] = "empty")!);
    }

    private static byte[] Torn(byte[] bytes, Random random)
    {
        if (random.Next(2) == 0)
            return bytes[..random.Next(bytes.Length)];
        for (var count = 1 + random.Next(3); count > 0; count--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static string Text(JsonNode node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
            node.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
