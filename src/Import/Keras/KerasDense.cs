using System.Text.Json.Nodes;

namespace ConcatService.Import.Keras;

/// <summary>Dense layers, activations, norms, merges and what acts in training alone.</summary>
internal static class KerasDense
{
    public static IEnumerable<(string Name, KerasLayers.Writer Write)> All =>
    [
        ("Dense", Dense),
        ("Activation", call => Layer(call, call.Activation())),
        ("ReLU", Relu),
        ("LeakyReLU", call => call.Add(Layers.Of(
            "leaky_relu", ("negative_slope", call.Config.Number("negative_slope", call.Config.Number("alpha", 0.3)))))),
        ("PReLU", PRelu),
        ("ELU", call => call.Add(Layers.Of("elu", ("alpha", call.Config.Number("alpha", 1))))),
        ("Softmax", call => call.Add(Layers.Of("softmax", ("axis", (long)call.Config.Number("axis", -1))))),
        ("BatchNormalization", BatchNorm),
        ("BatchNormalizationV1", BatchNorm),
        ("BatchNormalizationV2", BatchNorm),
        ("LayerNormalization", LayerNorm),
        ("GroupNormalization", call => call.Add(Layers.Of(
            "group_norm", ("num_groups", call.Config.Size("groups", null, 32)), ("eps", call.Config.Number("epsilon", 1e-3))))),
        ("Dropout", call => call.Add(Layers.Of("dropout", ("p", Rate(call))))),
        ("SpatialDropout1D", call => call.Add(Layers.Of("dropout1d", ("p", Rate(call))))),
        ("SpatialDropout2D", call => call.Add(Layers.Of("dropout2d", ("p", Rate(call)), ("data_format", call.OwnFormat)))),
        .. Merges.Select(merge => (merge.Name, new KerasLayers.Writer(call => call.Add(Layers.Of(merge.Type), "", [.. call.Inputs])))),
        ("Concatenate", call => Concat(call, call.Config.Number("axis", -1))),
        ("Merge", OldMerge),
        .. TrainingOnly.Select(name => (name, new KerasLayers.Writer(Nothing))),
    ];

    private static readonly (string Name, string Type)[] Merges =
    [
        ("Add", "add"), ("Subtract", "subtract"), ("Multiply", "multiply"), ("Average", "average"), ("Maximum", "maximum"),
        ("Minimum", "minimum"),
    ];

    /// <summary>Layers that change nothing once the network is trained, or say something to Keras alone.</summary>
    private static readonly string[] TrainingOnly =
    [
        "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "RandomFlip", "RandomRotation", "RandomZoom",
        "RandomContrast", "RandomTranslation", "RandomBrightness", "RandomHeight", "RandomWidth", "Masking",
    ];

    private static double Rate(KerasCall call) => Math.Clamp(call.Config.Number("rate", call.Config.Number("p", 0.5)), 0, 1);

    private static string Dense(KerasCall call) =>
        call.Add(Layers.Of(
            "linear",
            ("out_features", call.Config.Size("units", "output_dim")),
            ("bias", call.Config.Flag("use_bias", call.Config.Flag("bias", true)) ? null : false),
            ("activation", call.Activation())
        ));

    /// <summary>An activation as a layer of its own.</summary>
    public static string Layer(KerasCall call, JsonNode? activation) =>
        call.Add(activation switch
        {
            null => Layers.Of("identity"),
            JsonObject full => full,
            _ => Layers.Of(activation.GetValue<string>()),
        });

    private static string Relu(KerasCall call)
    {
        var (most, slope, threshold) = (
            call.Config.Number("max_value", double.PositiveInfinity),
            call.Config.Number("negative_slope", 0),
            call.Config.Number("threshold", 0));
        if (most == 6 && slope == 0 && threshold == 0)
            return call.Add(Layers.Of("relu6"));
        if (!double.IsPositiveInfinity(most) || threshold != 0)
            call.Gap("ReLU", $"{call.Name}: max_value and threshold are left out.", call.Name);
        return call.Add(slope == 0 ? Layers.Of("relu") : Layers.Of("leaky_relu", ("negative_slope", slope)));
    }

    /// <summary>Keras has a slope for each element of the axes that are not shared; PyTorch has one for each channel, or one.</summary>
    private static string PRelu(KerasCall call)
    {
        var shape = call.InputShape;
        var shared = call.Config.List("shared_axes") ?? [];
        var perChannel = shape is not null && shared.Length == shape.Rank - 1;
        var name = call.Add(Layers.Of("prelu", ("num_parameters", perChannel || shape?.Rank == 1 ? shape?.Channels : null)));
        if (!perChannel && shape?.Rank > 1)
            call.Gap("PReLU", $"{name}: a slope for each element is not known here; one slope stands for all.", name, shape.Elements - 1);
        return name;
    }

    private static string BatchNorm(KerasCall call)
    {
        var (center, scale) = (call.Config.Flag("center", true), call.Config.Flag("scale", true));
        var name = call.Add(Layers.Of(
            "batch_norm",
            ("eps", call.Config.Number("epsilon", 1e-3)),
            ("momentum", Math.Round(1 - Math.Clamp(call.Config.Number("momentum", 0.99), 0, 1), 12)),
            ("affine", center || scale ? null : false),
            ("data_format", FormatOf(call))
        ));
        if (center != scale)
            call.Gap(
                "BatchNormalization",
                $"{name}: it has {(center ? "a bias and no weight" : "a weight and no bias")}; here it has both.",
                name,
                -call.Model.Probe[name]?.Channels
            );
        return name;
    }

    /// <summary>The axis of a norm tells the layout.</summary>
    private static string? FormatOf(KerasCall call)
    {
        var axis = (call.Config.Member("axis") is { ValueKind: System.Text.Json.JsonValueKind.Array } list && list.GetArrayLength() == 1
            ? list[0]
            : call.Config.Member("axis")) is { ValueKind: System.Text.Json.JsonValueKind.Number } number && number.TryGetInt64(out var at)
            ? at
            : -1;
        if (call.InputShape is not { Rank: >= 2 } shape)
            return null;
        var written = axis < 0 ? axis + shape.Rank : axis - 1;
        return Array.IndexOf(shape.Axes, Domain.Shapes.Axis.Channels) == written || written < 0 || written >= shape.Rank
            ? null
            : written == 0 ? Other(call, "channels_first") : written == shape.Rank - 1 ? Other(call, "channels_last") : null;
    }

    private static string? Other(KerasCall call, string format) => call.Model.Layout == format ? null : format;

    private static string LayerNorm(KerasCall call)
    {
        var (center, scale) = (call.Config.Flag("center", true), call.Config.Flag("scale", true));
        return call.Add(Layers.Of(
            "layer_norm",
            ("eps", call.Config.Number("epsilon", 1e-3)),
            ("elementwise_affine", scale ? null : false),
            ("bias", center ? null : false)
        ));
    }

    private static string Concat(KerasCall call, double axis) =>
        call.Inputs.Count == 1
            ? call.Input
            : call.Add(Layers.Of("concat", ("axis", axis is >= -8 and <= 8 ? (long)axis : -1)), "", [.. call.Inputs]);

    /// <summary>Keras 1.</summary>
    private static string OldMerge(KerasCall call) =>
        call.Config.Text("mode") switch
        {
            "concat" => Concat(call, call.Config.Number("concat_axis", -1)),
            "sum" => call.Add(Layers.Of("add"), "", [.. call.Inputs]),
            "mul" => call.Add(Layers.Of("multiply"), "", [.. call.Inputs]),
            "ave" => call.Add(Layers.Of("average"), "", [.. call.Inputs]),
            "max" => call.Add(Layers.Of("maximum"), "", [.. call.Inputs]),
            _ => throw new LayerException("the mode of Merge is not known"),
        };

    private static string Nothing(KerasCall call)
    {
        call.Model.Spec.Assume($"{call.Type} acts in training alone, or only tells Keras something; it is read as nothing.");
        return call.Add(Layers.Of("identity"));
    }
}
