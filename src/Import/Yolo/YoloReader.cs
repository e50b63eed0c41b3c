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
    private readonly YoloState _state = new();
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
        _state.Settings = YoloHeader.Read(_file, _options, _state.Spec);
        ReadInput();
        foreach (var (list, key) in new[] { "backbone", "head" }.Select(key => (_file[key], key)))
        {
            if (list is YamlList rows)
                ReadRows(rows);
            else if (list is not null and not YamlScalar { Value: null })
                throw ImportException.Malformed($"'{key}' is no list of rows.", list.Line, list.Column);
        }

        if (_state.Rows.Count == 0)
            throw ImportException.Malformed("there are no rows under 'backbone' and 'head'.", 1, 1);
        if (!_state.HasHead)
            _state.Spec.Output(_state.Rows[^1].Name);
        var scale = _state.Settings.Scale.Length > 0 ? $"-{SpecWriter.Legal(_state.Settings.Scale)}" : "";
        var network = _state.Spec.Finish("yolo", YoloDialect.Of(_file, _state.Settings.HasAnchors), $"yolo{scale}");
        return _isEditable
            ? network with
            {
                Edits = new YoloEdits(_lines, _texts, _rowOf, network.Spec).For,
                Renumber = new YoloRenumbering(string.Join('\n', _lines), _texts, _options).Find,
            }
            : network;
    }

    private void ReadInput()
    {
        var input = _options.Input ?? new("image", [_state.Settings.Channels, 640L, 640L]);
        if (_options.Input is null)
            _state.Spec.Assume($"The input is taken as {_state.Settings.Channels}x640x640; give another one as input=image:3x416x416.");
        _state.Input = input.Name;
        _state.HasSizes = input.Shape.All(size => size is long);
        _state.Spec.Input(_state.Input, input.Shape.Select(size => size is long number ? (JsonNode)number : (JsonNode)(string)size));
        if (input.Shape is [long channels, ..])
            _state.Settings = _state.Settings with { Channels = channels };
    }

    private void ReadRows(YamlList rows)
    {
        foreach (var item in rows.Items)
        {
            if (_state.Rows.Count >= MaxRows)
                throw ImportException.TooLarge($"The file has more than {MaxRows:N0} rows.");
            var place = Place.Of(item.Line, item.Column, TextAt(item));
            var (number, layers) = (_state.Rows.Count, _state.Spec.LayerCount);
            try
            {
                var row = YoloRowReader.Read(_file, item, number, place);
                string[] inputs = [.. row.Reads.Select(_state.InputOf)];
                Write(row, inputs);
                Remember(row, inputs, (YamlList)item, layers);
            }
            catch (RowException fault)
            {
                YoloUnknown.Stand(
                    _state, $"row {number}", $"Row {number}: {fault.Message}", $"{number}.unread", _state.InputOf(number - 1), place);
                _isEditable = false;
            }
        }
    }

    /// <summary>Keeps what an edit of the row needs.</summary>
    private void Remember(YoloRow row, string[] inputs, YamlList node, int firstLayer)
    {
        string? main = null;
        for (var i = firstLayer; i < _state.Spec.LayerCount; i++)
        {
            var layer = _state.Spec.LayerAt(i);
            var name = layer["name"]!.GetValue<string>();
            _rowOf[name] = row.Index;
            var reads = layer["inputs"]!.AsArray().Select(input => input!.GetValue<string>());
            if (name == _state.Rows[row.Index].Name && reads.SequenceEqual(inputs))
                main = name;
        }

        _texts.Add(new(row.Index, main, row.Module, row.From, node.Items[0] is YamlList, node));
    }

    private string TextAt(YamlNode node)
    {
        var line = node.Line <= _lines.Length ? _lines[node.Line - 1] : "";
        return node.Column <= line.Length ? line[(node.Column - 1)..].TrimEnd() : "";
    }

    private void Write(YoloRow row, string[] inputs)
    {
        var reads = row.Reads.ToList();
        if (YoloHeads.Knows(row.Module))
        {
            _state.HasHead = true;
            var heads = new YoloHeads(_state.Spec, _state.Settings, _state.HasSizes);
            heads.Write(row, [.. reads.Select(read => (_state.InputOf(read), _state.WidthOf(read)))]);
            _state.Rows.Add((row.Name, 0));
        }
        else if (row.Module is "Concat" or "torch.cat")
        {
            YoloJoins.Concat(_state, row, inputs);
        }
        else if (row.Module == "CBLinear")
        {
            YoloJoins.Parts(_state, row, inputs[0]);
        }
        else if (row.Module == "CBFuse")
        {
            YoloJoins.Fusion(_state, row, inputs);
        }
        else if (row.Module == "Classify")
        {
            YoloJoins.Classifier(_state, row, inputs[0]);
        }
        else if (YoloModules.Find(row.Module) is { } module && reads.Count == 1)
        {
            YoloBlocks.Write(_state, row, module, inputs[0], _state.WidthOf(reads[0]));
        }
        else if (YoloUnknown.IsHead(row.Module))
        {
            YoloUnknown.Head(_state, row, reads, inputs);
        }
        else
        {
            YoloUnknown.Module(_state, row, reads, inputs);
        }
    }
}
