using System.Text.Json.Nodes;

namespace ConcatService.Import;

/// <summary>A spec while it is written, with the place of each of its layers in the file.</summary>
internal sealed class SpecWriter
{
    /// <summary>What the language accepts, nested layers counted.</summary>
    public const int MaxLayers = 20_000;

    private const int MaxName = 64;

    private readonly JsonObject _inputs = [];
    private readonly JsonArray _layers = [];
    private readonly JsonObject _blocks = [];
    private readonly List<string> _outputs = [];
    private readonly Dictionary<string, Place> _sources = [];
    private readonly List<Gap> _gaps = [];
    private readonly List<string> _assumptions = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, int> _next = [];
    private int _nested;

    public IReadOnlyList<string> Outputs => _outputs;

    /// <summary>The layer that was added last, as it stands in the spec.</summary>
    public JsonObject Last => _layers[^1]!.AsObject();

    public int LayerCount => _layers.Count;

    /// <summary>A layer by its position.</summary>
    public JsonObject LayerAt(int position) => _layers[position]!.AsObject();

    public void Input(string name, IEnumerable<JsonNode> shape, string? dtype = null, IEnumerable<string>? axes = null)
    {
        var input = new JsonObject { ["shape"] = new JsonArray([.. shape]) };
        if (dtype is not null)
            input["dtype"] = dtype;
        if (axes is not null)
            input["axes"] = new JsonArray([.. axes.Select(axis => (JsonNode)axis)]);
        _inputs[name] = input;
        _names.Add(name);
    }

    /// <summary>Adds a layer; its name is kept, or made unique.</summary>
    /// <returns>The name.</returns>
    public string Add(string name, JsonObject layer, Place place, params IEnumerable<string> inputs)
    {
        var own = Unique(name);
        var written = new JsonObject { ["name"] = own };
        foreach (var (field, value) in layer)
        {
            if (field != "name" && field != "inputs")
                written[field] = value?.DeepClone();
        }

        written["inputs"] = new JsonArray([.. inputs.Select(input => (JsonNode)input)]);
        Count(1);
        _layers.Add(written);
        _sources[own] = place;
        return own;
    }

    /// <summary>Adds a block with its own list of layers, under one name.</summary>
    public string AddBlock(string name, JsonArray body, Place place, params IEnumerable<string> inputs)
    {
        var own = Unique(name);
        _names.Remove(own);
        _blocks[own] = body;
        return Add(own, Layers.Of("block", ("block", own)), place, inputs);
    }

    public void Output(string layer) => _outputs.Add(layer);

    public void Gap(string what, string message, string? layer, Place? place, long? parameters = null) =>
        _gaps.Add(new(what, message, layer, place, parameters));

    /// <summary>Tells of a layer that stands for what is not known, and that findings behind it may be its fault.</summary>
    public void Unknown(string what, string message, string layer, Place place)
    {
        Gap(what, message, layer, place);
        Assume("The size of what is not known is a guess: a finding behind a gap may come from the gap and not from the file.");
    }

    /// <summary>Says once what was assumed.</summary>
    public void Assume(string sentence)
    {
        if (!_assumptions.Contains(sentence))
            _assumptions.Add(sentence);
    }

    /// <summary>Counts layers against the limit.</summary>
    public void Count(long layers)
    {
        _nested = (int)Math.Min(_nested + layers, int.MaxValue / 2);
        if (_nested > MaxLayers)
            throw ImportException.TooLarge($"The network has more than {MaxLayers:N0} layers. Import a smaller one.");
    }

    /// <summary>A spec of the inputs so far, for asking what they mean.</summary>
    public JsonObject InputsAlone(string layout) => new() { ["layout"] = layout, ["inputs"] = _inputs.DeepClone() };

    /// <param name="layout">Default: channels_first.</param>
    public ImportedNetwork Finish(string format, string dialect, string name, string? layout = null)
    {
        var spec = new JsonObject { ["spec_version"] = 1, ["name"] = name };
        if (layout is not null)
            spec["layout"] = layout;
        spec["inputs"] = _inputs;
        if (_blocks.Count > 0)
            spec["blocks"] = _blocks;
        spec["layers"] = _layers;
        if (_outputs.Count > 0)
            spec["outputs"] = new JsonArray([.. _outputs.Select(output => (JsonNode)output)]);
        return new(format, dialect, spec) { Sources = _sources, Gaps = _gaps, Assumptions = _assumptions };
    }

    /// <summary>A name of the language: other characters become '_', and the end of a long one stays.</summary>
    public static string Legal(string name)
    {
        var legal = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' ? letter : '_'));
        return legal.Length == 0 ? "layer" : legal.Length > MaxName ? legal[^MaxName..] : legal;
    }

    /// <summary>The name where it is not taken yet; otherwise with a number behind it.</summary>
    public string Unique(string name)
    {
        var legal = Legal(name);
        var own = legal;
        while (!_names.Add(own))
        {
            var number = _next[legal] = _next.GetValueOrDefault(legal, 1) + 1;
            own = $"{(legal.Length > MaxName - 8 ? legal[^(MaxName - 8)..] : legal)}-{number}";
        }

        return own;
    }
}
