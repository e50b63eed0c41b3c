using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench.Networks;

/// <summary>Random networks over words and signals, each of a family that people build. The same seed gives the same network.</summary>
public sealed class SequenceNetwork
{
    private readonly Random _random;
    private readonly JsonObject _inputs = [];
    private readonly JsonArray _layers = [];

    private SequenceNetwork(int seed) => _random = new(seed);

    public static OriginalNetwork Of(int seed)
    {
        var network = new SequenceNetwork(seed);
        var name = (seed % 6) switch
        {
            0 => network.Readers(),
            1 => network.Caption(),
            2 => network.Question(),
            3 => network.Summary(),
            4 => network.WaveNet(),
            _ => network.Sensors(),
        };
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{name} {seed}"),
            new()
            {
                ["layout"] = "channels_last",
                ["inputs"] = network._inputs,
                ["layers"] = network._layers,
            }
        );
    }

    private long Width => 8 * _random.Next(2, 9);

    private string Recurrent => _random.Next(2) == 0 ? "lstm" : "gru";

    private string Words(string name, long length, long width)
    {
        _inputs[name] = new JsonObject { ["shape"] = new JsonArray(length), ["dtype"] = "int64" };
        return Add($"{name}_vecs", "embedding", name, ("num_embeddings", 1000), ("embedding_dim", width));
    }

    private string Add(string name, string type, string input, params IEnumerable<(string Attribute, JsonNode Value)> fields) =>
        Merge(name, type, [input], fields);

    private string Merge(string name, string type, string[] inputs, params IEnumerable<(string Attribute, JsonNode Value)> fields)
    {
        var layer = new JsonObject
        {
            ["name"] = name,
            ["type"] = type,
            ["inputs"] = new JsonArray([.. inputs.Select(input => (JsonNode)input)]),
        };
        foreach (var (attribute, value) in fields)
            layer[attribute] = value;
        _layers.Add((JsonNode)layer);
        return name;
    }

    private string Conv(string name, string input, long width, long kernel, long dilation = 1) =>
        Add(
            name,
            "conv1d",
            input,
            [
                ("out_channels", width),
                ("kernel_size", kernel),
                .. kernel > 1 ? new (string, JsonNode)[] { ("padding", dilation * (kernel / 2)) } : [],
                .. dilation > 1 ? new (string, JsonNode)[] { ("dilation", dilation) } : [],
                ("activation", "relu"),
            ]
        );

    private string Last(string name, string input) =>
        Add(name, Recurrent, input, ("hidden_size", Width), ("return_sequences", false));

    private void Logits(string input, long classes) => Add("logits", "linear", input, ("out_features", classes));

    /// <summary>Several readers of the same words, side by side or summed.</summary>
    private string Readers()
    {
        var vectors = Words("words", _random.Next(12, 60), Width);
        var (width, isSum) = (Width, _random.Next(2) == 0);
        var readers = Enumerable
            .Range(0, _random.Next(2, 4))
            .Select(i =>
                _random.Next(3) == 0
                    ? Conv($"reader{i}", vectors, isSum ? width : Width, 3)
                    : Add($"reader{i}", Recurrent, vectors, ("hidden_size", isSum ? width : Width))
            )
            .ToArray();
        Logits(Last("state", Merge("readers", isSum ? "add" : "concat", readers)), 5);
        return "readers";
    }

    /// <summary>A picture as the first step of its caption.</summary>
    private string Caption()
    {
        var width = Width;
        _inputs["picture"] = new JsonObject { ["shape"] = new JsonArray(64 * _random.Next(2, 9)) };
        var picture = Add("picture_vec", "linear", "picture", ("out_features", width));
        var step = Add("step", "reshape", picture, ("shape", new JsonArray(1, width)));
        var caption = Words("words", _random.Next(12, 60), width);
        Logits(Last("reader", Merge("sequence", "concat", [step, caption], ("axis", "time"))), 1000);
        return "caption";
    }

    /// <summary>A text and a question about it, one behind the other.</summary>
    private string Question()
    {
        var (width, length) = (Width, _random.Next(5, 12));
        var text = Words("text", length + _random.Next(10, 40), Width);
        var question = Words("question", length, Width);
        var read = new[] { text, question }.Select((from, i) => Add($"read{i}", Recurrent, from, ("hidden_size", width))).ToArray();
        var both = Merge("both", "concat", read, ("axis", "time"));
        var mixed = Add("mixed", Recurrent, both, ("hidden_size", width));
        Logits(Last("answer", Merge("residual", "add", [mixed, both])), 10);
        return "question";
    }

    /// <summary>What was read, beside a table and what a convolution found.</summary>
    private string Summary()
    {
        var vectors = Words("words", _random.Next(12, 60), Width);
        _inputs["table"] = new JsonObject { ["shape"] = new JsonArray(_random.Next(3, 20)) };
        var known = _random.Next(2) == 0 ? "table" : Add("known", "linear", "table", ("out_features", Width), ("activation", "relu"));
        var found = Add("found", "global_max_pool", Conv("filter", vectors, Width, 3));
        Logits(Merge("all", "concat", [Last("state", vectors), found, known]), 4);
        return "summary";
    }

    /// <summary>Dilated convolutions with residuals, and the sum of their skips.</summary>
    private string WaveNet()
    {
        var (width, skip) = (Width, Width);
        _inputs["sound"] = new JsonObject { ["shape"] = new JsonArray(32 * _random.Next(4, 20), 1) };
        var at = Conv("start", "sound", width, 1);
        var skips = new List<string>();
        for (var block = 1; block <= _random.Next(3, 6); block++)
        {
            var seen = Conv($"dilated{block}", at, width, 3, 1 << (block - 1));
            skips.Add(Conv($"skip{block}", seen, skip, 1));
            at = Merge($"residual{block}", "add", [at, Conv($"dense{block}", seen, width, 1)]);
        }

        Conv("out", Merge("skips", "add", [.. skips, Conv("rest", at, skip, 1)]), 256, 1);
        return "wavenet";
    }

    /// <summary>Sensors of one length, joined early or late.</summary>
    private string Sensors()
    {
        var (length, width, isSum) = (4 * _random.Next(10, 40), Width, _random.Next(2) == 0);
        var sensors = Enumerable.Range(1, _random.Next(2, 5)).Select(i => $"sensor{i}").ToList();
        foreach (var sensor in sensors)
            _inputs[sensor] = new JsonObject { ["shape"] = new JsonArray(length, _random.Next(1, 7)) };
        var seen = sensors.ConvertAll(sensor => Conv($"{sensor}_conv", sensor, isSum ? width : Width, 5));
        var fused = Merge("fused", isSum ? "add" : "concat", [.. seen]);
        var mixed = Merge("mixed", "concat", [Conv("fine", fused, Width, 3), Conv("coarse", fused, Width, 7)]);
        Logits(Add("pooled", "global_avg_pool", mixed), 6);
        return "sensors";
    }
}
