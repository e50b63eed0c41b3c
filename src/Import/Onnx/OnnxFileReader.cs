namespace ConcatService.Import.Onnx;

/// <summary>ONNX's protobuf to <see cref="OnnxFile"/>, in one pass: the model, its graph and its nodes.</summary>
/// <remarks>Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto</remarks>
internal sealed class OnnxFileReader
{
    private const int MostNodes = 60_000;

    private readonly WireReader _wire;
    private readonly OnnxFile _file = new();
    private readonly OnnxTensorReader _tensors;
    private readonly OnnxValueReader _values;

    private OnnxFileReader(Stream stream)
    {
        _wire = new(stream);
        (_tensors, _values) = (new(_wire), new(_wire));
    }

    /// <exception cref="ImportException">The stream is no such model.</exception>
    public static OnnxFile Read(Stream stream)
    {
        var reader = new OnnxFileReader(stream);
        reader.ReadModel();
        var file = reader._file;
        return file.HasGraph && file.Nodes.Count + file.Inputs.Count > 0 ? file : throw WireReader.Malformed();
    }

    private void ReadModel()
    {
        while (_wire.NextField(null, out var number, out var type))
        {
            if ((number, type) is (1, WireReader.Varint))
                _file.IrVersion = _wire.ReadLong();
            else if ((number, type) is (2, WireReader.Bytes))
                _file.Producer = _wire.ReadText(null);
            else if ((number, type) is (7, WireReader.Bytes))
                ReadGraph(_wire.ReadEnd(null));
            else if ((number, type) is (8, WireReader.Bytes))
                ReadOpset(_wire.ReadEnd(null));
            else
                _wire.Skip(type, null);
        }
    }

    private void ReadOpset(long end)
    {
        var (domain, version) = ("", 0L);
        while (_wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is (1, WireReader.Bytes))
                domain = _wire.ReadText(end);
            else if ((number, type) is (2, WireReader.Varint))
                version = _wire.ReadLong();
            else
                _wire.Skip(type, end);
        }

        if (domain is "" or "ai.onnx")
            _file.Opset = version;
    }

    private void ReadGraph(long end)
    {
        _file.HasGraph = true;
        while (_wire.NextField(end, out var number, out var type))
        {
            if (type != WireReader.Bytes)
            {
                _wire.Skip(type, end);
                continue;
            }

            switch (number)
            {
                case 1:
                    ReadNode(_wire.ReadEnd(end));
                    break;
                case 5:
                    var (name, tensor) = _tensors.Read(_wire.ReadEnd(end));
                    _file.Tensors[name] = tensor;
                    break;
                case 11:
                    _file.Inputs.Add(_values.Read(_wire.ReadEnd(end)));
                    break;
                case 12:
                    _file.Outputs.Add(_values.Read(_wire.ReadEnd(end)).Name);
                    break;
                default:
                    _wire.Skip(type, end);
                    break;
            }

            _wire.Hold(32);
        }
    }

    private void ReadNode(long end)
    {
        if (_file.Nodes.Count >= MostNodes)
            throw ImportException.TooLarge($"The graph has more than {MostNodes:N0} nodes.");
        var node = new FileNode(_file.Nodes.Count + 1);
        while (_wire.NextField(end, out var number, out var type))
        {
            if (type != WireReader.Bytes)
                _wire.Skip(type, end);
            else if (number == 1)
                node.Inputs.Add(_wire.ReadText(end));
            else if (number == 2)
                node.Outputs.Add(_wire.ReadText(end));
            else if (number == 3)
                node.Name = _wire.ReadText(end);
            else if (number == 4)
                node.Type = _wire.ReadText(end);
            else if (number == 5)
                ReadAttribute(node, _wire.ReadEnd(end));
            else if (number == 7)
                node.Domain = _wire.ReadText(end);
            else
                _wire.Skip(type, end);
        }

        _file.Nodes.Add(node);
    }

    private void ReadAttribute(FileNode node, long end)
    {
        var (name, attribute) = ("", new FileAttribute());
        while (_wire.NextField(end, out var number, out var type))
        {
            switch (number, type)
            {
                case (1, WireReader.Bytes):
                    name = _wire.ReadText(end);
                    break;
                case (2, WireReader.Fixed32):
                    attribute.Number = _wire.ReadFloat();
                    break;
                case (3, WireReader.Varint):
                    attribute.Whole = _wire.ReadLong();
                    break;
                case (4, WireReader.Bytes):
                    attribute.Text = _wire.ReadText(end);
                    break;
                case (5, WireReader.Bytes):
                    attribute.Tensor = _tensors.Read(_wire.ReadEnd(end)).Tensor;
                    break;
                case (7, _):
                    _tensors.Floats(type, end, attribute.Numbers, int.MaxValue);
                    break;
                case (8, _):
                    _tensors.Wholes(type, end, attribute.Wholes, int.MaxValue);
                    break;
                default:
                    _wire.Skip(type, end);
                    break;
            }
        }

        node.Attributes[name] = attribute;
    }
}
