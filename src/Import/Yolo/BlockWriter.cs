using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>A list of layers that stands for a row or a branch. Where a layer names no input, it reads the one before it.</summary>
/// <param name="activation">What follows each convolution; null for nothing.</param>
internal sealed class BlockWriter(SpecWriter spec, JsonNode? activation)
{
    public JsonArray Layers { get; } = [];

    /// <summary>The only layer, where there is one and it reads what feeds the list.</summary>
    public JsonObject? Single => Layers.Count == 1 && Layers[0] is JsonObject only && !only.ContainsKey("inputs") ? only : null;

    /// <param name="from">What it reads; null for the layer before, or what feeds the list.</param>
    /// <returns>The name, by which later layers read it.</returns>
    public string Add(string name, JsonObject layer, params IReadOnlyList<string?> from)
    {
        spec.Count(1);
        var own = SpecWriter.Legal(name);
        var written = new JsonObject { ["name"] = own };
        foreach (var (field, value) in layer)
            written[field] = value?.DeepClone();
        if (from.Count > 0 && from[0] is not null)
            written["inputs"] = new JsonArray([.. from.Select(input => (JsonNode)input!)]);
        Layers.Add(written);
        return own;
    }

    /// <summary>Convolution without bias, batch norm, activation: <c>Conv</c> of these files.</summary>
    /// <param name="kernel">One number, or height and width.</param>
    /// <param name="padding">Null: the output is as large as the input, at stride 1.</param>
    /// <param name="act">Null for none; left out for that of the file.</param>
    public string Conv(
        string name,
        string? from,
        long outChannels,
        long[] kernel,
        long[]? stride = null,
        long? padding = null,
        long groups = 1,
        long dilation = 1,
        bool act = true,
        JsonNode? other = null
    )
    {
        var function = !act ? null : (other ?? activation)?.DeepClone();
        long[] pads = padding is { } given ? [given] : [.. kernel.Select(size => dilation * (size - 1) / 2 + (dilation * (size - 1) % 2))];
        return Add(
            name,
            Import.Layers.Of(
                "conv2d",
                ("out_channels", outChannels),
                ("kernel_size", Numbers(kernel)),
                ("stride", stride is null or [1] ? null : Numbers(stride)),
                ("padding", pads.All(size => size == 0) ? null : Numbers(pads)),
                ("groups", groups == 1 ? null : groups),
                ("dilation", dilation == 1 ? null : dilation),
                ("bias", false),
                ("norm", Norm()),
                ("activation", function)
            ),
            from
        );
    }

    public string Conv(string name, string? from, long outChannels, long kernel = 1, long stride = 1, long groups = 1, bool act = true) =>
        Conv(name, from, outChannels, [kernel], [stride], null, groups, 1, act);

    /// <summary>A convolution with bias and nothing behind it, as heads end.</summary>
    public string Plain(string name, string? from, long outChannels) =>
        Add(name, Import.Layers.Of("conv2d", ("out_channels", outChannels), ("kernel_size", 1)), from);

    public string Concat(string name, params IReadOnlyList<string?> from) => Add(name, Import.Layers.Of("concat"), from);

    public string Sum(string name, params IReadOnlyList<string?> from) => Add(name, Import.Layers.Of("add"), from);

    /// <summary>The activation of the file alone.</summary>
    public string Activate(string name, string? from) =>
        Add(name, activation switch
        {
            null => Import.Layers.Of("identity"),
            JsonObject full => full.DeepClone().AsObject(),
            _ => Import.Layers.Of(activation.GetValue<string>()),
        }, from);

    /// <summary>
    /// Several lists that read the same, and their merge. Where what they read has a name, they are written one after the other; otherwise
    /// they become a <c>parallel</c>.
    /// </summary>
    /// <param name="branches">Each gets what it reads and returns the name of its last layer; null is the input as it is.</param>
    public string Merge(string name, string type, string? from, params IReadOnlyList<Func<BlockWriter, string?, string?>> branches)
    {
        if (from is not null)
            return Add(name, Import.Layers.Of(type), [.. branches.Select(branch => branch(this, from) ?? from)]);
        var lists = new JsonArray();
        foreach (var branch in branches)
        {
            var list = new BlockWriter(spec, activation);
            branch(list, null);
            lists.Add((JsonNode)list.Layers);
        }

        return Add(name, Import.Layers.Of("parallel", ("branches", lists), ("merge", type)));
    }

    public static JsonNode Numbers(long[] sizes) => sizes.Distinct().Count() == 1 ? sizes[0] : Import.Layers.List(sizes);

    /// <summary>Ultralytics sets both when a model is built: 1e-3 and 0.03 instead of PyTorch's 1e-5 and 0.1.</summary>
    public static JsonObject Norm() => Import.Layers.Of("batch_norm", ("eps", 1e-3), ("momentum", 0.03));
}
