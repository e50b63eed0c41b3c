using System.Text.Json.Nodes;

namespace ConcatService.Import.Darknet;

/// <summary>Darknet's cfg: sections that each read the one before, and name others by their number.</summary>
/// <remarks>
/// A <c>.weights</c> file has 20 bytes of header, then for each convolution its bias, scales, means, variances and weights, 4 bytes each:
/// 20 + 4·(parameters + buffers) bytes.
/// </remarks>
internal sealed class DarknetReader
{
    private readonly List<DarknetSection> _sections;
    private readonly ImportOptions _options;
    private readonly SpecWriter _spec = new();
    private readonly List<DarknetOutput> _outputs = [];
    private string _input = "image";
    private long _numbers;
    private bool _countsAll = true;

    private DarknetReader(List<DarknetSection> sections, ImportOptions options) => (_sections, _options) = (sections, options);

    /// <summary>Whether a text is such a file: its first section is [net] or [network].</summary>
    public static bool IsOne(string text) =>
        text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0 && line[0] is not ('#' or ';'))
            is { } first
        && (
            first.StartsWith("[net]", StringComparison.OrdinalIgnoreCase)
            || first.StartsWith("[network]", StringComparison.OrdinalIgnoreCase)
        );

    public static ImportedNetwork Read(string text, ImportOptions options) =>
        DarknetSection.ReadAll(text) is { Count: > 0 } sections && sections[0].Kind is "net" or "network"
            ? new DarknetReader(sections, options).Read()
            : throw ImportException.Malformed("the first section is [net].", 1, 1);

    private DarknetOutput Last => _outputs.Count > 0 ? _outputs[^1] : Start;

    private DarknetOutput Start { get; set; } = new("image", 3, null, null);

    private ImportedNetwork Read()
    {
        ReadInput(_sections[0]);
        foreach (var section in _sections.Skip(1))
            Write(section);
        if (_outputs.Count == 0)
            throw ImportException.Malformed("there is no section behind [net].", _sections[0].Line, 1);
        if (_spec.Outputs.Count == 0 && Last.Name != _input)
            _spec.Output(Last.Name);
        return _spec.Finish("darknet", "darknet", "darknet") with
        {
            Count = _countsAll ? new(null, "sections") { WeightBytes = ImportedNetwork.WeightHeaderBytes + (4 * _numbers) } : null,
        };
    }

    private void ReadInput(DarknetSection net)
    {
        var (channels, height, width) = (net.Size("channels", 3), net.Whole("height", 0), net.Whole("width", 0));
        if (_options.Input is { Shape: { Count: 3 } given } input)
        {
            _input = input.Name;
            _spec.Input(_input, given.Select(size => size is long number ? (JsonNode)number : (JsonNode)(string)size));
            Start = new(_input, given[0] as long? ?? channels, given[1] as long?, given[2] as long?);
            return;
        }

        if (height < 1 || width < 1)
        {
            (height, width) = (416, 416);
            _spec.Assume("[net] gives no height and width; 416x416 is taken.");
        }

        _spec.Input(_input, [channels, height, width]);
        Start = new(_input, channels, height, width);
    }

    private void Write(DarknetSection section)
    {
        var name = $"{_outputs.Count}.{section.Kind}";
        switch (section.Kind)
        {
            case "convolutional" or "conv":
                WriteConvolution(section, name);
                break;
            case "deconvolutional" or "deconv":
                WriteTransposed(section, name);
                break;
            case "maxpool" or "max" or "local_avgpool" or "local_avg":
                WritePool(section, name);
                break;
            case "avgpool" or "avg":
                Add(section, name, Layers.Of("global_avg_pool", ("keep_dims", true)), Last with { Height = 1, Width = 1 });
                break;
            case "route":
                WriteRoute(section, name);
                break;
            case "shortcut" or "res":
                WriteShortcut(section, name);
                break;
            case "upsample":
                var scale = section.Size("stride", 2);
                Add(section, name, Layers.Of("upsample", ("scale_factor", scale)), Last.Times(scale));
                break;
            case "reorg" when section.Whole("reverse", 0) == 0:
                var stride = section.Size("stride", 1);
                var deeper = Last.Divided(stride) with { Channels = Bounded(Last.Channels, stride * stride) };
                Add(section, name, Layers.Of("reorg", ("stride", stride)), deeper);
                break;
            case "reorg3d":
                var side = section.Size("stride", 1);
                _spec.Assume("[reorg3d] is taken in the order of pixel_unshuffle; its channels may be in another order.");
                var packed = Last.Divided(side) with { Channels = Bounded(Last.Channels, side * side) };
                Add(section, name, Layers.Of("pixel_unshuffle", ("factor", side)), packed);
                break;
            case "connected" or "conn":
                WriteConnected(section, name);
                break;
            case "dropout":
                Add(section, name, Layers.Of("dropout", ("p", Math.Clamp(section.Number("probability", 0.5), 0, 1))), Last);
                break;
            case "softmax" or "soft":
                Add(section, name, Layers.Of("softmax"), Last);
                break;
            case "batchnorm":
                _numbers += 4 * Last.Channels;
                Add(section, name, Layers.Of("batch_norm", ("momentum", 0.01)), Last);
                break;
            case "activation":
                Add(section, name, AsLayer(Activation(section, "linear")) ?? Layers.Of("identity"), Last);
                break;
            case "scale_channels" or "sam":
                WriteProduct(section, name);
                break;
            case "yolo" or "region" or "detection" or "gaussian_yolo":
                WriteHead(section);
                break;
            case "cost" or "empty" or "silence":
                _outputs.Add(Last);
                break;
            case "crop":
                WriteCrop(section, name);
                break;
            default:
                WriteUnknown(section, name);
                break;
        }
    }

    private static long Bounded(long channels, long factor) =>
        Math.Clamp(channels * Math.Min(factor, 1_000_000), 1, DarknetSection.MaxSize);

    private string Add(DarknetSection section, string name, JsonObject layer, DarknetOutput output, params string[] inputs)
    {
        var added = _spec.Add(name, layer, section.Place, inputs.Length > 0 ? inputs : [Last.Name]);
        _outputs.Add(output with { Name = added });
        return added;
    }

    private JsonNode? Activation(DarknetSection section, string fallback)
    {
        var name = section.Text("activation") ?? fallback;
        if (DarknetActivations.TryFind(name, out var activation))
            return activation;
        var shown = name.Length <= 40 ? name : name[..40];
        _spec.Gap(shown, $"The activation {shown} is not known. Nothing stands for it.", null, section.PlaceOf("activation"));
        return null;
    }

    private static JsonObject? AsLayer(JsonNode? activation) =>
        activation switch
        {
            null => null,
            JsonObject full => full,
            _ => Layers.Of(activation.GetValue<string>()),
        };

    private void WriteConvolution(DarknetSection section, string name)
    {
        var (filters, size, groups) = (section.Size("filters", 1), section.Size("size", 1), section.Size("groups", 1));
        var stride = section.Size("stride", 1);
        var (down, across) = (section.Size("stride_y", stride), section.Size("stride_x", stride));
        var dilation = section.Size("dilation", 1);
        var padding = section.Whole("pad", 0) != 0 ? size / 2 : Math.Max(0, section.Whole("padding", 0));
        var norm = section.Whole("batch_normalize", 0) != 0;
        var layer = Layers.Of(
            "conv2d",
            ("out_channels", filters),
            ("kernel_size", size),
            ("stride", down == across ? down : Layers.List(down, across)),
            ("padding", padding * dilation),
            ("dilation", dilation == 1 ? null : dilation),
            ("groups", groups == 1 ? null : groups),
            ("bias", norm ? false : null),
            ("norm", norm ? Layers.Of("batch_norm", ("momentum", 0.01)) : null),
            ("activation", Activation(section, "logistic"))
        );
        foreach (var option in new[] { "antialiasing", "share_index", "binary", "xnor" }.Where(option => section.Whole(option, 0) != 0))
            _spec.Gap(option, $"{name}: {option} is left out.", name, section.PlaceOf(option));
        _countsAll &= !section.Has("share_index");
        _numbers += (filters * (norm ? 4 : 1)) + (Last.Channels / Math.Min(groups, Last.Channels) * filters * size * size);
        Add(section, name, layer, new(
            name,
            filters,
            Windowed(Last.Height, (2 * padding) - size, down),
            Windowed(Last.Width, (2 * padding) - size, across)
        ));
    }

    private static long? Windowed(long? size, long more, long stride) =>
        size is { } known ? Math.Max(1, ((known + more) / stride) + 1) : null;

    private void WriteTransposed(DarknetSection section, string name)
    {
        var (filters, size, stride) = (section.Size("filters", 1), section.Size("size", 1), section.Size("stride", 1));
        var padding = section.Whole("pad", 0) != 0 ? size / 2 : Math.Max(0, section.Whole("padding", 0));
        var norm = section.Whole("batch_normalize", 0) != 0;
        _numbers += (filters * (norm ? 4 : 1)) + (Last.Channels * filters * size * size);
        var layer = Layers.Of(
            "conv_transpose2d",
            ("out_channels", filters),
            ("kernel_size", size),
            ("stride", stride),
            ("padding", padding),
            ("bias", norm ? false : null),
            ("norm", norm ? Layers.Of("batch_norm", ("momentum", 0.01)) : null),
            ("activation", Activation(section, "logistic"))
        );
        Add(section, name, layer, new(
            name, filters, ((Last.Height - 1) * stride) + size - (2 * padding), ((Last.Width - 1) * stride) + size - (2 * padding)));
    }

    /// <summary>
    /// Its padding counts both sides together, by default one less than the window: half of it, rounded down, lies before. The zeros of an
    /// average do not count.
    /// </summary>
    private void WritePool(DarknetSection section, string name)
    {
        var stride = section.Size("stride", 1);
        var size = section.Size("size", stride);
        var padding = Math.Clamp(section.Whole("padding", size - 1), 0, 2 * (size / 2));
        var (before, after) = (padding / 2, padding - (padding / 2));
        // What lies behind the last whole window is never read.
        if (before == 0 && size <= stride && Last.Height % stride == 0 && Last.Width % stride == 0)
            after = 0;
        var mean = section.Kind.StartsWith("local", StringComparison.Ordinal);
        var layer = Layers.Of(
            mean ? "avg_pool2d" : "max_pool2d",
            ("kernel_size", size),
            ("stride", stride),
            ("padding", before == after
                ? before == 0 ? null : before
                : new JsonArray(Layers.List(before, after), Layers.List(before, after))),
            ("count_include_pad", mean ? false : null)
        );
        Add(section, name, layer, Last with
        {
            Height = Windowed(Last.Height, padding - size, stride),
            Width = Windowed(Last.Width, padding - size, stride),
        });
    }

    /// <summary>The output of a section that another names: a negative number counts back.</summary>
    private DarknetOutput Named(long number)
    {
        var index = number < 0 ? _outputs.Count + number : number;
        return index >= 0 && index < _outputs.Count ? _outputs[(int)index] : Last with { Name = $"layer{index}" };
    }

    private void WriteRoute(DarknetSection section, string name)
    {
        var reads = (section.List("layers") ?? [-1]).Select(Named).ToList();
        if (reads.Count == 0)
            reads.Add(Last);
        var groups = section.Size("groups", 1);
        if (groups > 1)
            reads = [.. reads.Select((read, i) => Part(section, $"{name}.part{i}", read, groups, section.Whole("group_id", 0)))];
        if (reads.Count == 1)
        {
            _spec.Assume("A [route] to one section adds no layer: what reads it reads that section.");
            _outputs.Add(reads[0]);
            return;
        }

        var channels = Math.Min(reads.Sum(read => read.Channels), DarknetSection.MaxSize);
        Add(section, name, Layers.Of("concat"), reads[0] with { Channels = channels }, [.. reads.Select(read => read.Name)]);
    }

    /// <summary>One of several equal groups of channels.</summary>
    private DarknetOutput Part(DarknetSection section, string name, DarknetOutput read, long groups, long number)
    {
        var width = Math.Max(1, read.Channels / groups);
        var start = Math.Clamp(number, 0, groups - 1) * width;
        var slice = Layers.Of("slice", ("axis", "channels"), ("start", start), ("end", start + width));
        return read with { Name = _spec.Add(name, slice, section.PlaceOf("groups"), read.Name), Channels = width };
    }

    /// <summary>
    /// Adds other sections to the one before: of unequal widths the first channels that both have, and of a larger map every n-th place.
    /// </summary>
    private void WriteShortcut(DarknetSection section, string name)
    {
        var sum = Last;
        var others = (section.List("from") ?? [-2]).Select(Named).ToList();
        if (section.Text("weights_type") is { } weights && weights != "none")
        {
            _spec.Gap(
                $"weights_type={(weights.Length <= 40 ? weights : weights[..40])}",
                $"{name}: the learned weights of the sum are left out.",
                name,
                section.PlaceOf("weights_type")
            );
            _countsAll = false;
        }

        var activation = AsLayer(Activation(section, "linear"));
        var (same, unequal) = (others.Where(other => Fits(other, sum)).ToList(), others.Where(other => !Fits(other, sum)).ToList());
        for (var i = 0; i < unequal.Count; i++)
            sum = AddPartly(section, $"{name}.{i}", sum, unequal[i]);
        if (same.Count > 0)
        {
            var own = activation is null ? name : $"{name}.sum";
            string[] inputs = [sum.Name, .. same.Select(other => other.Name)];
            sum = sum with { Name = _spec.Add(own, Layers.Of("add"), section.Place, inputs) };
        }

        _outputs.Add(activation is null ? sum : sum with { Name = _spec.Add(name, activation, section.Place, sum.Name) });
    }

    private static bool Fits(DarknetOutput other, DarknetOutput sum) =>
        other.Channels == sum.Channels && (Factor(other.Height, sum.Height), Factor(other.Width, sum.Width)) is (null or 1, null or 1);

    private static long? Factor(long? larger, long? smaller) =>
        larger is { } a && smaller is { } b && a > b && a / b > 1 ? a / b : 1;

    private DarknetOutput AddPartly(DarknetSection section, string name, DarknetOutput sum, DarknetOutput other)
    {
        if (Factor(other.Height, sum.Height) is { } factor && factor > 1)
            other = other with
            {
                Name = _spec.Add(
                    $"{name}.every", Layers.Of("max_pool2d", ("kernel_size", 1), ("stride", factor)), section.PlaceOf("from"), other.Name),
            };
        if (other.Channels > sum.Channels)
            other = other with { Name = Slice($"{name}.first", other.Name, 0, sum.Channels), Channels = sum.Channels };
        if (other.Channels == sum.Channels)
            return sum with { Name = _spec.Add($"{name}.add", Layers.Of("add"), section.Place, sum.Name, other.Name) };
        _spec.Assume("A [shortcut] of unequal widths adds the channels that both have; the others go on as they are.");
        var first = Slice($"{name}.first", sum.Name, 0, other.Channels);
        var added = _spec.Add($"{name}.add", Layers.Of("add"), section.Place, first, other.Name);
        var rest = Slice($"{name}.rest", sum.Name, other.Channels, sum.Channels);
        return sum with { Name = _spec.Add($"{name}.join", Layers.Of("concat"), section.Place, added, rest) };

        string Slice(string own, string input, long start, long end) =>
            _spec.Add(own, Layers.Of("slice", ("axis", "channels"), ("start", start), ("end", end)), section.PlaceOf("from"), input);
    }

    private void WriteProduct(DarknetSection section, string name)
    {
        var other = Named((section.List("from") ?? [-2]).FirstOrDefault(-2));
        var product = _spec.Add($"{name}.product", Layers.Of("multiply"), section.Place, other.Name, Last.Name);
        var activation = AsLayer(Activation(section, "linear"));
        _outputs.Add(other with { Name = activation is null ? product : _spec.Add(name, activation, section.Place, product) });
    }

    private void WriteConnected(DarknetSection section, string name)
    {
        var width = section.Size("output", 1);
        var norm = section.Whole("batch_normalize", 0) != 0;
        var numbers = Last.Channels * (Last.Height ?? 1) * (Last.Width ?? 1);
        _countsAll &= Last is { Height: not null, Width: not null };
        _numbers += (width * (norm ? 4 : 1)) + (numbers * width);
        var flat = Last.IsVector ? Last.Name : _spec.Add($"{name}.flat", Layers.Of("flatten"), section.Place, Last.Name);
        var layer = Layers.Of(
            "linear",
            ("out_features", width),
            ("bias", norm ? false : null),
            ("norm", norm ? Layers.Of("batch_norm", ("momentum", 0.01)) : null),
            ("activation", Activation(section, "logistic"))
        );
        Add(section, name, layer, new(name, width, 1, 1) { IsVector = true }, flat);
    }

    /// <summary>A loss over what the section before gives: that is an output.</summary>
    private void WriteHead(DarknetSection section)
    {
        var boxes = section.Kind == "region"
            ? section.Size("num", 1)
            : section.List("mask")?.Length is { } masks and > 0 ? masks : section.Size("num", 1);
        var needed = boxes * (section.Size("classes", 20) + (section.Kind == "gaussian_yolo" ? 9 : 1 + section.Size("coords", 4)));
        if (section.Kind != "detection" && needed != Last.Channels)
            _spec.Gap(
                $"[{section.Kind}]",
                $"{Last.Name} gives {Last.Channels} channels; [{section.Kind}] in line {section.Line} needs {needed} for {boxes} boxes of "
                    + $"{section.Size("classes", 20)} classes. Set filters={needed} in the section before it.",
                Last.Name,
                section.Place
            );
        _spec.Assume("The detection sections are read as what they get: decoding, losses and the suppression of doubles are left out.");
        if (Last.Name != _input && !_spec.Outputs.Contains(Last.Name))
            _spec.Output(Last.Name);
        _outputs.Add(Last);
    }

    private void WriteCrop(DarknetSection section, string name)
    {
        var (height, width) = (section.Size("crop_height", 1), section.Size("crop_width", 1));
        var layer = Layers.Of("center_crop", ("size", height == width ? height : Layers.List(height, width)));
        Add(section, name, layer, Last with { Height = height, Width = width });
    }

    private void WriteUnknown(DarknetSection section, string name)
    {
        _countsAll = false;
        var stands = Layers.Exists("opaque")
            ? Layers.Of("opaque", ("of", $"[{section.Kind}]"), ("like", Last.Name))
            : Layers.Of("identity");
        var added = Add(section, name, stands, Last);
        var message = $"{added}: [{section.Kind}] is not known. Its output is taken to be as large as its input.";
        _spec.Unknown($"[{section.Kind}]", message, added, section.Place);
    }
}

/// <summary>What a section gives.</summary>
/// <param name="Name">The layer or input; that of an unknown section is one that there is not.</param>
/// <param name="Height">Null where the input's size is a symbol.</param>
internal sealed record DarknetOutput(string Name, long Channels, long? Height, long? Width)
{
    public bool IsVector { get; init; }

    public DarknetOutput Times(long factor) =>
        this with { Height = Larger(Height, factor), Width = Larger(Width, factor) };

    private static long? Larger(long? size, long factor) => size is { } known ? Math.Min(known * factor, int.MaxValue) : null;

    public DarknetOutput Divided(long factor) => this with { Height = Height / factor, Width = Width / factor };
}
