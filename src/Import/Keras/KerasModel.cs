using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Import.Keras;

/// <summary>A model and the models in it, written into one spec. A layer inside a model is called <c>MODEL.LAYER</c>.</summary>
internal sealed class KerasModel
{
    private const int MaxDepth = 32;

    private readonly KerasFile _file;
    private readonly JsonElement _root;
    private readonly ImportOptions _options;

    /// <summary>By full name: what the first call of a layer became.</summary>
    private readonly Dictionary<string, string> _called = [];
    private readonly HashSet<string> _taken = ["N"];
    private int _symbols;
    private int _depth;
    private string? _first;

    /// <summary>Where layers go that are applied to every step; null for the spec's own list.</summary>
    private JsonArray? _steps;

    public KerasModel(KerasFile file, JsonElement root, ImportOptions options)
    {
        (_file, _root, _options) = (file, root, options);
        var (last, first) = (0, 0);
        CountFormats(root, ref last, ref first);
        Layout = first > last ? "channels_first" : "channels_last";
        Probe = new(Layout);
    }

    public SpecWriter Spec { get; } = new();

    public ShapeProbe Probe { get; }

    public string Layout { get; }

    public ImportedNetwork Read(string dialect)
    {
        var outputs = WriteModel(_root, "", null);
        foreach (var output in outputs.Distinct())
            Spec.Output(output);
        var name = new KerasConfig(_root.GetProperty("config")).Text("name");
        return Spec.Finish("keras", dialect, name is { Length: > 0 } ? SpecWriter.Legal(name) : "keras", Layout);
    }

    /// <summary>Adds a layer and asks for its shape.</summary>
    public string Add(string name, JsonObject layer, Place place, params IReadOnlyList<string> inputs)
    {
        if (_first is not null && Language.HasSharedWeights && HasWeights(layer))
            layer["weights"] = _first;
        var added = _steps is null ? Spec.Add(name, layer, place, inputs) : AddToStep(name, layer, inputs);
        Probe.Add(added, layer, inputs);
        return added;
    }

    private string AddToStep(string name, JsonObject layer, IReadOnlyList<string> inputs)
    {
        var own = Spec.Unique(name);
        var written = new JsonObject { ["name"] = own };
        foreach (var (field, value) in layer)
            written[field] = value?.DeepClone();
        written["inputs"] = new JsonArray([.. inputs.Select(input => (JsonNode)input)]);
        Spec.Count(1);
        _steps!.Add((JsonNode)written);
        return own;
    }

    /// <summary>The layers that a layer or model inside another becomes, as a list that reads one step.</summary>
    /// <param name="step">The name that the step has inside, whose shape is probed.</param>
    /// <returns>The list, and the name in it of the output.</returns>
    public (JsonArray Layers, string Output) WriteSteps(KerasCall call, JsonElement layer, string step)
    {
        var outer = _steps;
        (_steps, _first) = ([], null);
        try
        {
            var (own, prefix) = (new KerasConfig(layer), call.Name + ".");
            var arguments = new KerasConfig(own.Member("config") ?? default);
            var type = own.Text("class_name") ?? throw new LayerException("the layer inside has no 'class_name'");
            var outputs = WriteCall(type, NameOf(own, arguments, type), arguments, layer, prefix, [step], false);
            return outputs is [var output] && _steps.Count > 0
                ? (_steps, output)
                : throw new LayerException("the layer inside has several outputs, or none of its own");
        }
        finally
        {
            _steps = outer;
        }
    }

    private static bool HasWeights(JsonObject layer) =>
        layer["type"]!.GetValue<string>() is var type
        && (type.StartsWith("conv", StringComparison.Ordinal) || type.Contains("norm", StringComparison.Ordinal)
            || type is "linear" or "embedding" or "lstm" or "gru" or "prelu" or "multi_head_attention");

    /// <param name="inputs">Null for the outermost model, whose inputs are those of the spec.</param>
    private List<string> WriteModel(JsonElement model, string prefix, IReadOnlyList<string>? inputs)
    {
        if (++_depth > MaxDepth)
            throw ImportException.TooLarge($"Models are nested deeper than {MaxDepth}.");
        var config = model.GetProperty("config");
        var layers = config.ValueKind == JsonValueKind.Array ? config : config.ValueKind == JsonValueKind.Object
            && config.TryGetProperty("layers", out var listed) ? listed : default;
        if (layers.ValueKind != JsonValueKind.Array)
            throw Malformed(model, "the model has no list of layers.");
        var outputs = config.ValueKind == JsonValueKind.Object && config.TryGetProperty("output_layers", out var named)
            ? WriteFunctional(model, config, layers, named, prefix, inputs)
            : WriteSequential(config, layers, prefix, inputs);
        _depth--;
        return outputs;
    }

    private ImportException Malformed(JsonElement at, string message)
    {
        var place = _file.PlaceOf(at, "");
        return ImportException.Malformed(message, place.Line, place.Column);
    }

    private List<string> WriteSequential(JsonElement config, JsonElement layers, string prefix, IReadOnlyList<string>? inputs)
    {
        var last = inputs?.ToList();
        foreach (var layer in layers.EnumerateArray())
        {
            var own = new KerasConfig(layer);
            var arguments = new KerasConfig(own.Member("config") ?? default);
            var type = own.Text("class_name") ?? throw Malformed(layer, "a layer has no 'class_name'.");
            if (type == "InputLayer")
            {
                last ??= [WriteInput(arguments, prefix + (arguments.Text("name") ?? "input"), layer)];
                continue;
            }

            if (last is null)
            {
                var shape = ShapeOf(arguments) is null && config.ValueKind == JsonValueKind.Object ? new KerasConfig(config) : arguments;
                last = [WriteInput(shape, "input", layer, type == "Embedding")];
            }

            last = WriteCall(type, NameOf(own, arguments, type), arguments, layer, prefix, last, false);
        }

        return last ?? throw Malformed(layers, "the model has no layers.");
    }

    private static string NameOf(KerasConfig layer, KerasConfig arguments, string type) =>
        layer.Text("name") ?? arguments.Text("name") ?? type.ToLowerInvariant();

    private List<string> WriteFunctional(
        JsonElement model,
        JsonElement config,
        JsonElement layers,
        JsonElement outputs,
        string prefix,
        IReadOnlyList<string>? inputs
    )
    {
        var graph = KerasGraph.Of(layers, text => Malformed(model, text));
        if (inputs is not null && config.TryGetProperty("input_layers", out var named))
        {
            foreach (var (reference, input) in KerasReferences.In(named).Zip(inputs))
                graph.Give(reference.Layer, 0, [input]);
        }

        foreach (var (call, reads) in graph.InOrder())
        {
            if (graph.IsGiven(call))
                continue;
            if (call.Type == "InputLayer")
            {
                var embeds = graph.FeedsEmbedding(call.Name);
                graph.Give(call.Name, call.Node, [WriteInput(call.Config, prefix + call.Name, call.Json, embeds)]);
                continue;
            }

            graph.Give(call.Name, call.Node, WriteCall(call.Type, call.Name, call.Config, call.Json, prefix, reads, call.Node > 0));
        }

        foreach (var missing in graph.NotReached())
        {
            var place = _file.PlaceOf(missing.Json, missing.Name);
            Spec.Gap(missing.Name, $"{missing.Name}: it reads layers that there are not, or itself.", null, place);
        }

        var found = KerasReferences.In(outputs).Select(graph.Find).OfType<string>().ToList();
        return found.Count > 0 ? found : throw Malformed(model, "none of its outputs can be read.");
    }

    private List<string> WriteCall(
        string type,
        string name,
        KerasConfig arguments,
        JsonElement json,
        string prefix,
        IReadOnlyList<string> inputs,
        bool isAgain
    )
    {
        var full = prefix + name;
        var place = _file.PlaceOf(json, $"{type} {name}");
        if (type is "Functional" or "Model" or "Sequential")
            return WriteModel(json, full + ".", inputs);
        var first = _called.GetValueOrDefault(full);
        if (first is not null && !Language.HasSharedWeights)
            Spec.Gap(
                $"shared {type}",
                $"{full} is called more than once. Its weights are not shared here: each call has its own.",
                null,
                place
            );
        _first = first;
        var call = new KerasCall(this, type, full, arguments, inputs, place, first);
        try
        {
            var output = KerasLayers.Find(type) is { } write ? write(call) : WriteUnknown(call, $"{full}: {Unknown(type)}");
            _called.TryAdd(full, output);
            return [output, .. call.More];
        }
        catch (LayerException fault)
        {
            return [WriteUnknown(call, $"{full} ({type}): {fault.Message}. Its output is taken to be as large as its input.")];
        }
        finally
        {
            _first = null;
        }
    }

    private static string Unknown(string type) =>
        (type == "Lambda" ? "Lambda holds code, which is never run." : $"{type[..Math.Min(60, type.Length)]} is not known.")
        + " Its output is taken to be as large as its input.";

    private string WriteUnknown(KerasCall call, string message)
    {
        if (call.Inputs.Count == 0)
            throw ImportException.Malformed($"{call.Name} has no input.", call.Place.Line, call.Place.Column);
        var shown = call.Type[..Math.Min(60, call.Type.Length)];
        var stands = Layers.Exists("opaque") ? Layers.Of("opaque", ("of", shown), ("like", call.Input)) : Layers.Of("identity");
        var added = Add(call.Name, stands, call.Place, call.Input);
        Spec.Unknown(shown, message, added, call.Place);
        return added;
    }

    private static JsonElement? ShapeOf(KerasConfig config) =>
        (config.Member("batch_input_shape") ?? config.Member("batch_shape") ?? config.Member("build_input_shape")) is
        { ValueKind: JsonValueKind.Array } shape
            ? shape
            : null;

    private string WriteInput(KerasConfig config, string name, JsonElement json, bool isEmbedded = false)
    {
        var own = Spec.Unique(name);
        var sizes = _options.Input is { } given && _symbols == 0 && Probe.IsEmpty
            ? [.. given.Shape]
            : ShapeOf(config)?.EnumerateArray().Skip(1).Select(Size).ToList();
        if (sizes is null or { Count: 0 or > 4 })
        {
            if (sizes is null)
                throw Malformed(json, "the model does not say the shape of its input. Say it as input=image:32x32x3.");
            throw Malformed(json, "an input has one to four sizes besides the batch.");
        }

        var isWhole = config.Text("dtype")?.StartsWith("int", StringComparison.Ordinal) == true;
        var dtype = isWhole || isEmbedded ? "int64" : null;
        for (var i = 0; i < sizes.Count; i++)
            sizes[i] ??= Symbol(sizes.Count, i, dtype);
        Spec.Input(own, sizes.Select(size => size is long number ? (JsonNode)number : (JsonNode)(string)size!), dtype);
        Probe.Set(own, ProbedShape.OfInput(Spec.InputsAlone(Layout), own));
        return own;
    }

    private static object? Size(JsonElement size) =>
        size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var whole) && whole is >= 1 and <= int.MaxValue ? whole : null;

    /// <summary>A name for an open size.</summary>
    private string Symbol(int rank, int position, string? dtype)
    {
        var name = rank switch
        {
            1 => dtype is null ? "F" : "T",
            2 => "T",
            _ => (Layout == "channels_last" ? position : position - 1) switch { 0 => "H", 1 => "W", _ => "D" },
        };
        _symbols++;
        return _taken.Add(name) ? name : $"{name}{_symbols}";
    }

    /// <summary>How many layers say each layout.</summary>
    private static void CountFormats(JsonElement json, ref int last, ref int first)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
                CountFormats(item, ref last, ref first);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    CountFormats(member.Value, ref last, ref first);
                else if (
                    member.Value.ValueKind == JsonValueKind.String
                    && (member.NameEquals("data_format") || member.NameEquals("dim_ordering"))
                )
                {
                    last += member.Value.ValueEquals("channels_last") || member.Value.ValueEquals("tf") ? 1 : 0;
                    first += member.Value.ValueEquals("channels_first") || member.Value.ValueEquals("th") ? 1 : 0;
                }
            }
        }
    }
}
