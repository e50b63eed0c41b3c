using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>
/// Ultralytics' YAML: a list of rows <c>[from, repeats, module, args]</c> under <c>backbone</c> and one under <c>head</c>. Each row becomes
/// a layer, or a block with the module's layers inside.
/// </summary>
/// <remarks>The modules' behavior is written anew from their publications; nothing of the file is evaluated.</remarks>
internal sealed class YoloReader
{
    private const int MaxRows = 5_000;

    private readonly string[] _lines;
    private readonly YamlMap _file;
    private readonly ImportOptions _options;
    private readonly SpecWriter _spec = new();
    private readonly List<(string Name, long Width)> _rows = [];
    private YoloSettings _settings = new();
    private string _input = "image";
    private bool _hasSizes = true;
    private bool _hasHead;
    private bool _isEditable = true;
    private readonly List<RowText> _texts = [];
    private readonly Dictionary<string, int> _rowOf = [];

    private YoloReader(string text, YamlMap file, ImportOptions options) =>
        (_lines, _file, _options) = (text.Split('\n'), file, options);

    /// <summary>Whether a text looks like such a file: it has one of the two lists.</summary>
    public static bool IsOne(string text) =>
        text.Split('\n').Any(line =>
            line.StartsWith("backbone:", StringComparison.Ordinal) || line.StartsWith("head:", StringComparison.Ordinal));

    public static ImportedNetwork Read(string text, ImportOptions options) =>
        YamlTree.Read(text) is YamlMap file
            ? new YoloReader(text, file, options).Read()
            : throw ImportException.Malformed("expected 'backbone' and 'head', each a list of rows.", 1, 1);

    private ImportedNetwork Read()
    {
        _settings = YoloHeader.Read(_file, _options, _spec);
        ReadInput();
        foreach (var (list, key) in new[] { "backbone", "head" }.Select(key => (_file[key], key)))
        {
            if (list is YamlList rows)
                ReadRows(rows);
            else if (list is not null and not YamlScalar { Value: null })
                throw ImportException.Malformed($"'{key}' is no list of rows.", list.Line, list.Column);
        }

        if (_rows.Count == 0)
            throw ImportException.Malformed("there are no rows under 'backbone' and 'head'.", 1, 1);
        if (!_hasHead)
            _spec.Output(_rows[^1].Name);
        var scale = _settings.Scale.Length > 0 ? $"-{SpecWriter.Legal(_settings.Scale)}" : "";
        var network = _spec.Finish("yolo", Dialect(), $"yolo{scale}");
        return _isEditable ? network with { Edits = new YoloEdits(_lines, _texts, _rowOf, network.Spec).For } : network;
    }

    private void ReadInput()
    {
        var input = _options.Input ?? new("image", [_settings.Channels, 640L, 640L]);
        if (_options.Input is null)
            _spec.Assume($"The input is taken as {_settings.Channels}x640x640; give another one as input=image:3x416x416.");
        _input = input.Name;
        _hasSizes = input.Shape.All(size => size is long);
        _spec.Input(_input, input.Shape.Select(size => size is long number ? (JsonNode)number : (JsonNode)(string)size));
        if (input.Shape is [long channels, ..])
            _settings = _settings with { Channels = channels };
    }

    private void ReadRows(YamlList rows)
    {
        foreach (var item in rows.Items)
        {
            if (_rows.Count >= MaxRows)
                throw ImportException.TooLarge($"The file has more than {MaxRows:N0} rows.");
            var place = Place.Of(item.Line, item.Column, TextAt(item));
            var (number, layers) = (_rows.Count, _spec.LayerCount);
            try
            {
                var row = ReadRow(item, place);
                string[] inputs = [.. row.Reads.Select(InputOf)];
                Write(row);
                Remember(row, inputs, (YamlList)item, layers);
            }
            catch (RowException fault)
            {
                AddGap($"row {number}", $"Row {number}: {fault.Message}", $"{number}.unread", InputOf(number - 1), place);
                _isEditable = false;
            }
        }
    }

    /// <summary>Keeps what an edit of the row needs.</summary>
    private void Remember(YoloRow row, string[] inputs, YamlList node, int firstLayer)
    {
        string? main = null;
        for (var i = firstLayer; i < _spec.LayerCount; i++)
        {
            var layer = _spec.LayerAt(i);
            var name = layer["name"]!.GetValue<string>();
            _rowOf[name] = row.Index;
            var reads = layer["inputs"]!.AsArray().Select(input => input!.GetValue<string>());
            if (name == _rows[row.Index].Name && reads.SequenceEqual(inputs))
                main = name;
        }

        _texts.Add(new(row.Index, main, row.Module, row.From, node.Items[0] is YamlList, node));
    }

    private string TextAt(YamlNode node)
    {
        var line = node.Line <= _lines.Length ? _lines[node.Line - 1] : "";
        return node.Column <= line.Length ? line[(node.Column - 1)..].TrimEnd() : "";
    }

    private YoloRow ReadRow(YamlNode node, Place place)
    {
        if (node is not YamlList { Items: [var from, YamlScalar repeats, YamlScalar module, YamlList args] })
            throw new RowException("expected [from, repeats, module, args].");
        YamlNode[] sources = from is YamlList list ? list.Items : [from];
        if (sources.Length > 1000 || !sources.All(source => source is YamlScalar { Value: long }))
            throw new RowException("'from' is a row number, or a list of them.");
        if (repeats.Value is not (long and >= 1))
            throw new RowException($"'repeats' is {repeats.Text}; expected a whole number of at least 1.");
        return new(
            _rows.Count,
            [.. sources.Select(source => (long)((YamlScalar)source).Value!)],
            (long)repeats.Value,
            module.Text,
            new(module.Text, [.. args.Items.Select(Argument)]),
            place
        );
    }

    /// <summary>Names of keys above the rows (<c>nc</c>, <c>anchors</c>) stand for their values.</summary>
    private object? Argument(YamlNode node) =>
        node switch
        {
            YamlScalar { Value: string name } when _file[name] is { } meant and not YamlMap => Constant(meant),
            _ => Constant(node),
        };

    private static object? Constant(YamlNode node) =>
        node switch
        {
            YamlScalar scalar => scalar.Value,
            YamlList list => list.Items.Select(Constant).ToList(),
            _ => throw new RowException("an argument is a map; expected numbers, texts or lists."),
        };

    /// <summary>The name of what a row reads. A row that there is not gets a name that there is not: the report then says so.</summary>
    private string InputOf(long row) => row == -1 ? _input : row >= 0 && row < _rows.Count ? _rows[(int)row].Name : $"row{row}";

    private long WidthOf(long row) => row == -1 ? _settings.Channels : row >= 0 && row < _rows.Count ? _rows[(int)row].Width : 64;

    private void Write(YoloRow row)
    {
        var reads = row.Reads.ToList();
        string[] inputs = [.. reads.Select(InputOf)];
        if (YoloHeads.Knows(row.Module))
        {
            _hasHead = true;
            new YoloHeads(_spec, _settings, _hasSizes).Write(row, [.. reads.Select(read => (InputOf(read), WidthOf(read)))]);
            _rows.Add((row.Name, 0));
            return;
        }

        switch (row.Module)
        {
            case "Concat" or "torch.cat":
                var axis = row.Arguments.Has(0) && row.Arguments[0] is long dimension ? dimension : 1;
                var join = Layers.Of("concat", ("axis", axis == 1 ? null : axis));
                AddRow(row, _spec.Add(row.Name, join, row.Place, inputs), reads.Sum(WidthOf));
                return;
            case "CBLinear":
                WriteParts(row, inputs[0]);
                return;
            case "CBFuse":
                WriteFusion(row, reads, inputs);
                return;
            case "Classify":
                WriteClassifier(row, inputs[0]);
                return;
        }

        if (YoloModules.Find(row.Module) is { } module && reads.Count == 1)
            WriteModule(row, module, inputs[0], WidthOf(reads[0]));
        else if (IsHead(row.Module))
            WriteUnknownHead(row, reads, inputs);
        else
            WriteUnknown(row, reads, inputs);
    }

    private void AddRow(YoloRow row, string name, long width) => _rows.Add((name, Math.Clamp(width, 1, Arguments.MaxSize)));

    private void WriteModule(YoloRow row, Module module, string input, long channels)
    {
        if (row.Module is "C3k2" or "A2C2f" or "C2fCIB")
            _settings = _settings with { LegacyHead = false };
        var repeats = _settings.Repeats(row.Repeats);
        var outChannels = module.IsScaled ? _settings.Scaled(row.Arguments.Size(0)) : channels;
        if (module.IsScaled && outChannels < 1)
            throw new RowException($"{row.Module} would have no channels.");
        var writer = new BlockWriter(_spec, _settings.Activation);
        var gaps = new List<(string What, long? Parameters)>();
        var call = new ModuleCall(
            writer, null, "", channels, outChannels, repeats, row.Arguments, _settings, (what, lost) => gaps.Add((what, lost)));
        _spec.Count(repeats);
        var width = channels;
        if (module.TakesRepeats || repeats == 1)
            width = module.Write(call);
        for (var i = 0; !module.TakesRepeats && repeats > 1 && i < repeats; i++)
            width = module.Write(call with { Prefix = $"{i}.", In = i == 0 ? channels : width });
        var name = writer.Single is { } only
            ? _spec.Add(row.Name, only, row.Place, input)
            : _spec.AddBlock(row.Name, writer.Layers, row.Place, input);
        foreach (var (what, lost) in gaps.Distinct())
            _spec.Gap(
                what,
                $"{name}: the language has no {what} without projections yet. The values go on as they are; the parameters are all there.",
                name,
                row.Place,
                lost
            );
        AddRow(row, name, width);
    }

    /// <summary>CBLinear: a 1x1 convolution whose output is split into the widths of several levels.</summary>
    private void WriteParts(YoloRow row, string input)
    {
        var widths = row.Arguments.Sizes(0);
        var args = row.Arguments;
        var conv = Layers.Of(
            "conv2d",
            ("out_channels", widths.Sum()),
            ("kernel_size", args.Size(1, 1)),
            ("stride", args.Size(2, 1)),
            ("padding", args.Size(1, 1) / 2)
        );
        var whole = _spec.Add($"{row.Name}.conv", conv, row.Place, input);
        AddRow(row, _spec.Add(row.Name, Layers.Of("split", ("sections", Layers.List(widths))), row.Place, whole), widths.Sum());
    }

    /// <summary>CBFuse: a part of each CBLinear, resized to the last input and added to it.</summary>
    private void WriteFusion(YoloRow row, List<long> reads, string[] inputs)
    {
        var parts = row.Arguments[0] is IReadOnlyList<object?> list && list.All(each => each is long and >= 0 and < 100)
            ? list.Select(each => (long)each!).ToArray()
            : throw new RowException("the argument of CBFuse is a list with a part for each input but the last.");
        if (inputs.Length < 2 || parts.Length != inputs.Length - 1)
            throw new RowException($"CBFuse has {inputs.Length} inputs and names {parts.Length} parts; expected one fewer.");
        var resized = inputs[..^1].Select((input, i) => _spec.Add(
            $"{row.Name}.{i}",
            Layers.Of("upsample", ("size", new JsonObject { ["like"] = inputs[^1] })),
            row.Place,
            $"{input}:{parts[i].ToString(CultureInfo.InvariantCulture)}"
        ));
        AddRow(row, _spec.Add(row.Name, Layers.Of("add"), row.Place, [.. resized, inputs[^1]]), WidthOf(reads[^1]));
    }

    private void WriteClassifier(YoloRow row, string input)
    {
        var list = new BlockWriter(_spec, _settings.Activation);
        list.Conv("conv", null, 1280, row.Arguments.Size(1, 1), row.Arguments.Size(2, 1));
        list.Add("pool", Layers.Of("global_avg_pool"));
        var classes = row.Arguments.Size(0);
        list.Add("linear", Layers.Of("linear", ("out_features", classes)));
        AddRow(row, _spec.AddBlock(row.Name, list.Layers, row.Place, input), classes);
    }

    private static bool IsHead(string module) =>
        new[] { "Detect", "Decoder", "Segment", "Pose", "OBB" }.Any(part => module.Contains(part, StringComparison.Ordinal));

    /// <summary>A head that the table does not have: what it reads are the outputs.</summary>
    private void WriteUnknownHead(YoloRow row, List<long> reads, string[] inputs)
    {
        _hasHead = true;
        foreach (var input in inputs.Distinct())
            _spec.Output(input);
        _spec.Gap(row.Module, $"Row {row.Index}: {row.Module} is not known. What it reads are the outputs of the spec.", null, row.Place);
        _rows.Add((inputs.FirstOrDefault() ?? _input, WidthOf(reads.Count > 0 ? reads[0] : -1)));
    }

    /// <summary>
    /// A module that the table does not have: its width is taken from its first argument where its name says that it is one of the
    /// convolution families, or where kernel and stride follow as those have them, and stays otherwise, as Ultralytics does.
    /// </summary>
    private void WriteUnknown(YoloRow row, List<long> reads, string[] inputs)
    {
        var channels = WidthOf(reads.Count > 0 ? reads[0] : -1);
        if (inputs.Length > 1)
        {
            var joins = row.Module.Contains("concat", StringComparison.OrdinalIgnoreCase);
            var merged = _spec.Add(row.Name, Layers.Of(joins ? "concat" : "add"), row.Place, inputs);
            _spec.Gap(
                row.Module,
                $"{merged}: {row.Module} is not known. It is read as {(joins ? "a concat" : "a sum")} of its {inputs.Length} inputs.",
                merged,
                row.Place
            );
            AddRow(row, merged, joins ? reads.Sum(WidthOf) : channels);
            return;
        }

        var hasWindow = row.Arguments[1] is long and >= 1 and <= 11 && row.Arguments[2] is 1L or 2L;
        var takesWidth =
            row.Arguments[0] is long and >= 8
            && (hasWindow
                || row.Module.Contains("Conv", StringComparison.OrdinalIgnoreCase)
                || row.Module.StartsWith("C2", StringComparison.Ordinal)
                || row.Module.StartsWith("C3", StringComparison.Ordinal)
                || row.Module.StartsWith("SPP", StringComparison.Ordinal));
        var width = takesWidth ? _settings.Scaled(row.Arguments.Size(0)) : channels;
        var stride = takesWidth && hasWindow && row.Arguments[2] is 2L ? 2 : 1;
        AddGap(
            row.Module,
            $"{row.Name}: {row.Module} is not known. "
                + (width == channels && stride == 1
                    ? "Its output is taken to be as large as its input."
                    : $"Its output is taken to have {width} channels at stride {stride}, by its arguments."),
            row.Name,
            inputs.FirstOrDefault() ?? _input,
            row.Place,
            channels,
            width,
            stride
        );
    }

    /// <summary>A layer that stands for what was not read.</summary>
    private void AddGap(
        string what,
        string message,
        string name,
        string input,
        Place place,
        long channels = 0,
        long width = 0,
        long stride = 1
    )
    {
        channels = channels == 0 ? WidthOf(_rows.Count - 1) : channels;
        width = width == 0 ? channels : width;
        var isSame = width == channels && stride == 1;
        var shown = what.Length <= 60 ? what : what[..60];
        var stands = isSame
            ? Layers.Exists("opaque")
                ? Layers.Of("opaque", ("of", shown), ("like", input))
                : Layers.Of("identity")
            : Layers.Of("conv2d", ("out_channels", width), ("kernel_size", stride), ("stride", stride), ("bias", false));
        var added = _spec.Add(name, stands, place, input);
        _spec.Unknown(
            shown,
            message + (isSame ? "" : " A convolution without bias stands for it; its parameters are not those of the module."),
            added,
            place
        );
        _rows.Add((added, width));
    }

    /// <summary>The tool and, where a module tells it, the version.</summary>
    private string Dialect()
    {
        if (_settings.HasAnchors)
            return "yolov5";
        var modules = new[] { "backbone", "head" }
            .SelectMany(key => _file[key] is YamlList list ? list.Items : [])
            .Select(row => row is YamlList { Items: [_, _, YamlScalar module, ..] } ? module.Text : "")
            .ToHashSet();
        (string Module, string Version)[] told =
        [
            ("A2C2f", "12"),
            ("C3k2", "11"),
            ("v10Detect", "10"),
            ("RepNCSPELAN4", "9"),
            ("ELAN1", "9"),
            ("C2f", "8"),
            ("HGBlock", "rt-detr"),
        ];
        var version = told.FirstOrDefault(each => modules.Contains(each.Module)).Version;
        return version is null ? "ultralytics" : $"ultralytics {version}";
    }
}
