using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>
/// A spec that grows by one random layer at a time: each is proposed, and then kept or taken back by what the compiler says of it.
/// </summary>
/// <remarks>The same seed and the same answers give the same spec.</remarks>
public sealed class RandomGraph
{
    private static readonly OperatorType[] Types =
    [
        .. OperatorCatalog.All.OrderBy(type => type.Kind, StringComparer.Ordinal),
    ];

    private static readonly OperatorType[] Merges = [.. Types.Where(type => type.Create() is IMerge)];

    private readonly Random _random;
    private readonly RandomAttributes _attributes;
    private readonly JsonArray _layers = [];
    private readonly List<(string Name, Shape Shape)> _values = [];
    private readonly HashSet<string> _used = [];
    private readonly HashSet<string> _inputs = [];
    private List<string> _reading = [];
    private int _made;

    public RandomGraph(int seed)
    {
        _random = new(seed);
        _attributes = new(_random);
        var inputs = new JsonObject();
        Spec = new() { ["layout"] = _random.Next(2) == 0 ? "channels_first" : "channels_last", ["inputs"] = inputs, ["layers"] = _layers };
        JsonNode? first = null;
        for (var i = _random.Next(1, 4); i > 0; i--)
            first = AddInput(inputs, first);
        Target = _random.Next(2, 13);
    }

    /// <summary>The spec as a user would send it.</summary>
    public JsonObject Spec { get; }

    /// <summary>How many layers it is to have, 2 to 12.</summary>
    public int Target { get; }

    public int Count => _layers.Count;

    /// <summary>Takes the inputs' shapes over, once, from a compilation of the spec.</summary>
    public void Start(Compilation compiled) => _values.AddRange(compiled.Graph.Inputs.Select(input => (input.Name, input.Shape)));

    /// <summary>Adds a random layer at the end.</summary>
    public void Propose()
    {
        _reading = [];
        var (name, shape) = Source();
        var layer = _random.Next(15) switch
        {
            0 => Parallel(name, shape),
            2 when StepOf(shape) is { } step => Distributed(name, step),
            1 => new() { ["type"] = "repeat", ["times"] = _random.Next(1, 4), ["layers"] = Nested(shape, 1 + _random.Next(2)) },
            _ => Layer(shape, top: true),
        };
        layer["name"] = $"{(string)layer["type"]!}{++_made}";
        if (OperatorCatalog.Find((string)layer["type"]!)?.Create().Arity.Max != 0)
            layer["inputs"] ??= new JsonArray(name);
        _reading.Add(name);
        _layers.Add(layer);
        Spec.Remove("outputs");
        if ((string)layer["type"]! == "split")
            Spec["outputs"] = new JsonArray($"{(string)layer["name"]!}:0");                        // its bare name is none
    }

    /// <summary>Keeps the proposed layer.</summary>
    public void Keep(Compilation compiled)
    {
        var name = (string)_layers[^1]!["name"]!;
        _used.UnionWith(_reading);
        var shapes = compiled.Planned.Shapes;
        if ((string)_layers[^1]!["type"]! == "split")
        {
            for (var port = 0; shapes.TryGetValue(new(name, port), out var part); port++)
                _values.Add(($"{name}:{port}", part));
        }
        else
        {
            _values.Add((name, shapes[compiled.Graph.Outputs[^1].Wire]));
        }
    }

    /// <summary>Takes the proposed layer back.</summary>
    public void Drop() => _layers.RemoveAt(_layers.Count - 1);

    /// <summary>Makes outputs of all that nothing reads, so that every layer counts.</summary>
    public void Finish() =>
        Spec["outputs"] = new JsonArray([
            .. _values
                .Select(value => value.Name)
                .Where(name => !_used.Contains(name) && !_inputs.Contains(name))
                .Select(name => (JsonNode)name),
        ]);

    private JsonObject AddInput(JsonObject inputs, JsonNode? like)
    {
        var name = $"x{inputs.Count}";
        _inputs.Add(name);
        var rank = _random.Next(6) switch
        {
            0 => 1,
            1 or 2 => 2,
            5 => _random.Next(2) == 0 ? 4 : 3,
            _ => 3,
        };
        JsonArray shape =
            like is not null && _random.Next(2) == 0
                ? (JsonArray)like["shape"]!.DeepClone()
                : new([.. Enumerable.Range(0, rank).Select(_ => (JsonNode)_random.Next(1, 10))]);
        if (like is not null && _random.Next(3) == 0)
            shape[_random.Next(shape.Count)] = _random.Next(1, 10);
        var input = new JsonObject { ["shape"] = shape };
        if (_random.Next(8) == 0)
            input["dtype"] = "int64";
        else if (shape.Count == 2 && _random.Next(2) == 0)
            input["axes"] = new JsonArray("time", "features");
        else if (shape.Count == 4 && _random.Next(3) == 0)
            input["axes"] =
                (string)Spec["layout"]! == "channels_first"
                    ? new JsonArray("time", "channels", "height", "width")
                    : new JsonArray("time", "height", "width", "channels");
        inputs[name] = input;
        return input;
    }

    /// <summary>The newest value often, or any.</summary>
    private (string Name, Shape Shape) Source() => _random.Next(2) == 0 ? _values[^1] : _values[_random.Next(_values.Count)];

    private JsonObject Parallel(string name, Shape shape)
    {
        var branches = new JsonArray();
        for (var i = _random.Next(1, 4); i > 0; i--)
            branches.Add(Nested(shape, _random.Next(3)));
        var merge = Merges[_random.Next(Merges.Length)];
        var options = new JsonObject { ["type"] = merge.Kind };
        _attributes.Fill(options, merge, shape, [name]);
        return new() { ["type"] = "parallel", ["branches"] = branches, ["merge"] = _random.Next(2) == 0 ? merge.Kind : options };
    }

    /// <summary>A list for every step, now and then with branches.</summary>
    private JsonObject Distributed(string name, Shape step)
    {
        var layers = Nested(step, _random.Next(1, 4));
        if (_random.Next(4) == 0)
            layers.Insert(0, Parallel(name, step));
        return new() { ["type"] = "time_distributed", ["layers"] = layers };
    }

    /// <summary>What one step of a sequence is; of something else, seldom, what would be left of it.</summary>
    private Shape? StepOf(Shape shape)
    {
        var time = shape.Has(Axis.Time) ? shape.Position(Axis.Time) : _random.Next(10) == 0 ? shape.Rank - 1 : 0;
        return time == 0 || shape.Rank < 3 ? null : new([.. Without(shape.Dims)], [.. Without(shape.Axes)], shape.DType);

        IEnumerable<T> Without<T>(IEnumerable<T> each) => each.Where((_, i) => i != time);
    }

    private JsonArray Nested(Shape shape, int count)
    {
        var layers = new JsonArray();
        for (var i = 0; i < count; i++)
            layers.Add(Layer(shape, top: false));
        return layers;
    }

    private JsonObject Layer(Shape shape, bool top)
    {
        var type = Types[_random.Next(Types.Length)];
        for (var tries = 0; tries < 20 && (!Suits(type, shape) || (!top && (type.Create().Arity.Min > 1 || type.Kind == "split"))); tries++)
            type = Types[_random.Next(Types.Length)];
        if (_random.Next(5) == 0)
            type = Merges[_random.Next(Merges.Length)];
        var layer = new JsonObject { ["type"] = type.Kind };
        _attributes.Fill(layer, type, shape, [.. _values.Select(value => value.Name)]);
        if (top && type.Kind is "lstm" or "gru" && _random.Next(2) == 0)
            StartFromState(layer, type.Kind);
        var arity = type.Create().Arity;
        if (top && arity.Max > 1)
            layer["inputs"] = new JsonArray([
                .. Inputs(shape, _random.Next(arity.Min, Math.Min(arity.Max, 3) + 1)).Select(each => (JsonNode)each),
            ]);
        return layer;
    }

    /// <summary>A vector of the graph becomes the state that a recurrent layer starts from, and the layer as wide as it, mostly.</summary>
    private void StartFromState(JsonObject layer, string kind)
    {
        var vectors = _values
            .Where(value => value.Shape is { Rank: 2 } shape && shape.Has(Axis.Channels) && shape.Dims[1].Known <= 64)
            .ToList();
        if (vectors.Count == 0)
            return;
        var (name, shape) = vectors[_random.Next(vectors.Count)];
        layer["initial_state"] = kind == "lstm" ? new JsonArray(name, name) : name;
        layer["hidden_size"] = shape[Axis.Channels].Value + (_random.Next(8) == 0 ? 1 : 0);
        layer.Remove("num_layers");
        layer.Remove("bidirectional");
        _reading.Add(name);
    }

    /// <summary>Values to read together, most of them of the same rank.</summary>
    private List<string> Inputs(Shape shape, int count)
    {
        var alike = _values.Where(value => value.Shape.Rank == shape.Rank && value.Shape.SameAxes(shape)).ToList();
        var equal = alike.Where(value => value.Shape.Dims.Zip(shape.Dims).Count(pair => pair.First != pair.Second) <= 1).ToList();
        var names = new List<string>();
        while (names.Count < count)
        {
            var from = _random.Next(8) switch { 0 => _values, < 3 => alike, _ => equal };
            if (from.Count > 0)
                names.Add(from[_random.Next(from.Count)].Name);
        }

        _reading.AddRange(names);
        return names;
    }

    /// <summary>Whether the type is likely to take the shape; one in ten is proposed all the same.</summary>
    private bool Suits(OperatorType type, Shape shape)
    {
        if (_random.Next(10) == 0)
            return type.Kind != "embedding"; // numbers looked up that were computed say nothing about shapes
        var sequence = shape.Rank == 3 && shape.Axes[1] == Axis.Time && shape.Axes[2] == Axis.Channels;
        if (type.Kind is "lstm" or "gru" or "multi_head_attention" or "attention")
            return sequence;
        if (type.Kind == "embedding" || shape.DType == DType.Int64)
            return type.Kind == "embedding"
                ? shape.DType == DType.Int64 && _values.Any(value => ReferenceEquals(value.Shape, shape) && _inputs.Contains(value.Name))
                : type.Kind is "cast" or "permute" or "flatten" or "slice" or "reshape" or "concat";
        return type.Kind.EndsWith("1d", StringComparison.Ordinal)
            ? shape.Rank == 3
            : type.Kind.EndsWith("3d", StringComparison.Ordinal) ? shape.Rank == 5
            : !type.Kind.EndsWith("2d", StringComparison.Ordinal) || shape.Rank == 4;
    }
}
