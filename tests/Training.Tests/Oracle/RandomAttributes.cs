using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>Draws attributes for any layer type from its declaration: mostly values that fit the input, some just outside.</summary>
/// <param name="random">Seeded by the caller.</param>
public sealed class RandomAttributes(Random random)
{
    private static readonly Dictionary<string, JsonArray?> Words = OperatorCatalog.All
        .SelectMany(type => type.Attributes.Entries).DistinctBy(Key)
        .ToDictionary(Key, entry => (entry.Schema["enum"] ?? entry.Schema["oneOf"]?[0]?["enum"]) as JsonArray);

    private static readonly string[] Nested =
    [
        "relu",
        "silu",
        "prelu",
        "tanh",
        "softmax",
        "batch_norm",
        "layer_norm",
        "rms_norm",
        "instance_norm",
    ];
    private static readonly string[] Fusions = ["none", "conv1x1", "se", "eca", "cbam", "l2norm", "gate", "gmu", "aff"];
    private static readonly double[] Factors = [0.25, 0.3, 0.5, 1, 1.5, 2, 2.5, 3];

    /// <summary>Fills a layer's object.</summary>
    /// <param name="input">What arrives; null inside a nested list, where it is not known yet.</param>
    /// <param name="visible">Names that <c>like</c> may mean.</param>
    public void Fill(JsonObject layer, OperatorType type, Shape? input, IReadOnlyList<string> visible)
    {
        var eitherOr = type.Attributes.Names.Contains("size") ? random.Next(2) == 0 ? "size" : "*" : null;
        var isLike = random.Next(2) == 0;
        foreach (var entry in type.Attributes.Entries)
        {
            var isEither = eitherOr is not null && entry.Name is "size" or "scale_factor" or "padding" && type.Kind is not "center_crop";
            var isPromise = type.Kind == "opaque" && entry.Name is "output_shape" or "like" && random.NextDouble() < 0.95;
            var chosen =
                isPromise ? (entry.Name == "like") == isLike
                : isEither && random.NextDouble() < 0.95
                    ? (entry.Name == "size") == (eitherOr == "size")
                    : entry.Required || random.NextDouble() < (entry.Name is "data_format" ? 0.03 : 0.35);
            if (chosen && entry.Name is not "initial_state") // names of vectors, which RandomGraph knows
                layer[entry.Name] = Value(entry, input, visible);
        }

        if (layer["groups"] is JsonValue given && layer["out_channels"] is not null && random.NextDouble() < 0.75)
            layer["out_channels"] = (given.TryGetValue<long>(out var groups) ? groups : 1) * random.Next(1, 4);
        if (type.Record.IsAssignableTo(typeof(IHasShorthand)) && random.NextDouble() < 0.3)
            layer["norm"] = random.Next(2) == 0 ? "batch_norm" : Nested[random.Next(Nested.Length)];
        if (type.Record.IsAssignableTo(typeof(IHasShorthand)) && random.NextDouble() < 0.3)
            layer["activation"] = Nested[random.Next(Nested.Length)];
    }

    private static string Key(Attributes.Entry entry) => $"{entry.Property.DeclaringType}.{entry.Name}";

    private JsonNode? Value(Attributes.Entry entry, Shape? input, IReadOnlyList<string> visible)
    {
        if (input is not null && random.NextDouble() < 0.75 && Fitting(entry, input) is { } fitting)
            return fitting;
        var type = Nullable.GetUnderlyingType(entry.Property.PropertyType) ?? entry.Property.PropertyType;
        var min = double.IsFinite(entry.Range.Min) ? (int)Math.Ceiling(entry.Range.Min) : -1;
        var spatial = Math.Clamp((input?.Rank ?? 4) - 2, 1, 3);
        if (type == typeof(string))
            return "cpu";
        if (type == typeof(LayerNames))
            return visible[random.Next(visible.Count)];
        if (type == typeof(bool))
            return random.Next(2) == 0;
        if (type == typeof(long))
            return Whole(min);
        if (type == typeof(GroupCount))
            return random.Next(3) == 0 ? "depthwise" : Whole(min);
        if (type == typeof(double))
            return double.IsFinite(entry.Range.Max) && entry.Range.Max <= 1 ? random.Next(4) * 0.25
                : entry.Name == "eps" ? Math.Pow(10, -random.Next(2, 6))
                : random.Next(1, 5) * 0.5;
        if (type == typeof(Scale))
            return random.Next(3) > 0 ? Factors[random.Next(Factors.Length)] : List(spatial, () => Factors[random.Next(Factors.Length)]);
        if (type == typeof(AxisName))
            return random.Next(2) == 0 ? random.Next(-4, 5) : Axes.Names.ElementAt(random.Next(Axes.Names.Count()));
        if (type == typeof(AxisList))
            return List(random.Next(1, 3), () => random.Next(1, 4));
        if (type == typeof(AxisLabels))
            return new JsonArray(
                [.. Axes.Names.Skip(2).OrderBy(_ => random.Next()).Take(random.Next(1, 5)).Select(name => (JsonNode)name)]
            );
        if (type == typeof(Integers) || type == typeof(TargetShape))
            return random.Next(2) == 0 ? Whole(min) : List(random.Next(1, 5), () => Whole(min));
        if (type == typeof(Padding) && random.Next(3) == 0)
            return random.Next(4) == 0 ? "valid" : "same";
        if ((type == typeof(TargetSize) || type == typeof(TargetShape)) && random.Next(2) == 0)
            return new JsonObject { ["like"] = visible[random.Next(visible.Count)] };
        if (type == typeof(Extent) || type == typeof(Padding) || type == typeof(TargetSize))
            return random.Next(3) > 0 ? Whole(min) : List(spatial, () => Whole(min));
        if (type == typeof(Operator))
            return Nested[random.Next(Nested.Length)];
        if (type == typeof(Fusion))
            return FusionOf(Fusions[random.Next(Fusions.Length)]);
        return Words[Key(entry)] is { } words
            ? words[random.Next(words.Count)]!.DeepClone()
            : throw new InvalidOperationException($"No random value for {Key(entry)}.");
    }

    /// <summary>A value that suits the shape, for the attributes where chance would seldom find one.</summary>
    private JsonNode? Fitting(Attributes.Entry entry, Shape input)
    {
        var channels = input.Has(Axis.Channels) ? input[Axis.Channels].Value : 1;
        switch (entry.Name)
        {
            case "groups" or "num_groups" or "num_heads":
                return Divisor(channels);
            case "in_channels" or "in_features" or "num_features" or "num_channels" or "input_size" or "embed_dim" or "normalized_shape":
                return channels;
            case "num_parameters":
                return random.Next(2) == 0 ? 1 : channels;
            case "axis" when input.Rank > 1:
                return random.Next(2) == 0 ? random.Next(1, input.Rank)
                    : input.Axes[random.Next(1, input.Rank)] is var axis && axis != Axis.Other ? axis.Name()
                    : 1;
            case "sections":
                return random.Next(2) == 0 ? Divisor(channels) : channels > 1 ? new JsonArray(1, channels - 1) : 1;
            case "dims":
                var order = Enumerable.Range(1, input.Rank - 1).ToArray();
                random.Shuffle(order);
                return new JsonArray([0, .. order.Select(each => (JsonNode)each)]);
            case "shape" when entry.Property.DeclaringType == typeof(Operators.Expand):
                return new JsonArray([.. input.Dims.Skip(1).Select(dim => (JsonNode)(dim.Value == 1 ? random.Next(1, 4) : dim.Value))]);
            case "axes" when entry.Property.PropertyType == typeof(AxisList):
                var positions = Enumerable.Range(1, input.Rank - 1).OrderBy(_ => random.Next()).Take(random.Next(1, input.Rank));
                return new JsonArray([.. positions.Select(position => (JsonNode)position)]);
            case "shape" when entry.Property.DeclaringType == typeof(Operators.LearnedTensor):
                return new JsonArray([.. input.Dims.Skip(1).Select(dim => (JsonNode)(random.Next(3) == 0 ? 1 : dim.Value))]);
            case "output_shape":
                return new JsonArray([.. input.Dims.Skip(1).Select(dim => (JsonNode)(random.Next(3) == 0 ? Whole(1) : dim.Value))]);
            case "repeats":
                return List(input.Rank - 1, () => (long)random.Next(1, 4));
            case "shape":
                var elements = input.ElementsPerSample!.Value;
                var sizes = new List<JsonNode>();
                for (var left = random.Next(4); left > 0; left--)
                {
                    var divisor = Divisor(elements);
                    elements /= divisor;
                    sizes.Add(divisor);
                }

                sizes.Insert(random.Next(sizes.Count + 1), random.Next(2) == 0 ? -1 : elements);
                return new JsonArray([.. sizes]);
            default:
                return null;
        }
    }

    private JsonNode FusionOf(string kind) =>
        kind is "conv1x1" or "gmu" && random.Next(2) == 0 ? new JsonObject { ["type"] = kind, ["out_channels"] = random.Next(1, 6) }
        : kind is "se" or "cbam" or "aff" && random.Next(2) == 0 ? new JsonObject { ["type"] = kind, ["reduction"] = random.Next(1, 4) }
        : kind;

    private long Divisor(long number)
    {
        var divisors = Enumerable.Range(1, (int)Math.Min(number, 64)).Where(each => number % each == 0).ToArray();
        return divisors[random.Next(divisors.Length)];
    }

    private long Whole(int min) => min + random.Next(random.Next(4) == 0 ? 7 : 3);

    private static JsonArray List<T>(int count, Func<T> next) =>
        new([.. Enumerable.Range(0, count).Select(_ => (JsonNode?)JsonValue.Create(next()))]);
}
