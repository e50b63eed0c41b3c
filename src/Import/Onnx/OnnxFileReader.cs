using System.Buffers.Binary;

namespace ConcatService.Import.Onnx;

/// <summary>ONNX's protobuf to <see cref="OnnxFile"/>, in one pass; tensors of more than a few numbers are skipped in the stream.</summary>
/// <remarks>Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto</remarks>
internal sealed class OnnxFileReader
{
    private const int MostNumbers = 1024;

    private const int MostNodes = 60_000;

    private readonly WireReader _wire;
    private readonly OnnxFile _file = new();

    private OnnxFileReader(Stream stream) => _wire = new(stream);

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
                    var (name, tensor) = ReadTensor(_wire.ReadEnd(end));
                    _file.Tensors[name] = tensor;
                    break;
                case 11:
                    _file.Inputs.Add(ReadValue(_wire.ReadEnd(end)));
                    break;
                case 12:
                    _file.Outputs.Add(ReadValue(_wire.ReadEnd(end)).Name);
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
                    attribute.Tensor = ReadTensor(_wire.ReadEnd(end)).Tensor;
                    break;
                case (7, _):
                    ReadFloats(type, end, attribute.Numbers, int.MaxValue);
                    break;
                case (8, _):
                    ReadWholes(type, end, attribute.Wholes, int.MaxValue);
                    break;
                default:
                    _wire.Skip(type, end);
                    break;
            }
        }

        node.Attributes[name] = attribute;
    }

    private void ReadWholes(int type, long end, List<long> target, int most)
    {
        if (type == WireReader.Varint)
        {
            Put(_wire.ReadLong());
            return;
        }

        if (type != WireReader.Bytes)
        {
            _wire.Skip(type, end);
            return;
        }

        var last = _wire.ReadEnd(end);
        while (_wire.Position < last)
            Put(_wire.ReadLong());

        void Put(long value)
        {
            if (target.Count > most)
                return;
            _wire.Hold(0);
            target.Add(value);
        }
    }

    private void ReadFloats(int type, long end, List<double> target, int most)
    {
        if (type == WireReader.Fixed32)
        {
            Put(_wire.ReadFloat());
            return;
        }

        if (type != WireReader.Bytes)
        {
            _wire.Skip(type, end);
            return;
        }

        var last = _wire.ReadEnd(end);
        if (target.Count > most || (last - _wire.Position) / 4 > most)
        {
            target.AddRange(Enumerable.Repeat(0.0, most == int.MaxValue ? 0 : Math.Max(0, most + 1 - target.Count)));
            _wire.SkipTo(last);
            return;
        }

        while (_wire.Position + 4 <= last)
            Put(_wire.ReadFloat());
        _wire.SkipTo(last);

        void Put(float value)
        {
            if (target.Count > most)
                return;
            _wire.Hold(0);
            target.Add(value);
        }
    }

    /// <summary>A tensor whose values are kept where they are at most <see cref="MostNumbers"/>.</summary>
    private (string Name, FileTensor Tensor) ReadTensor(long end)
    {
        var (name, tensor) = ("", new FileTensor());
        byte[]? raw = null;
        List<double> floats = [];
        List<long> wholes = [];
        while (_wire.NextField(end, out var number, out var type))
        {
            switch (number, type)
            {
                case (1, _):
                    ReadWholes(type, end, tensor.Dims, 16);
                    break;
                case (2, WireReader.Varint):
                    tensor.Type = (int)Math.Clamp(_wire.ReadLong(), 0, 1000);
                    break;
                case (4, _):
                    ReadFloats(type, end, floats, MostNumbers);
                    break;
                case (5 or 7, _):
                    ReadWholes(type, end, wholes, MostNumbers);
                    break;
                case (8, WireReader.Bytes):
                    name = _wire.ReadText(end);
                    break;
                case (9, WireReader.Bytes):
                    var last = _wire.ReadEnd(end);
                    raw = last - _wire.Position <= 8 * MostNumbers ? Raw(last) : null;
                    _wire.SkipTo(last);
                    break;
                default:
                    _wire.Skip(type, end);
                    break;
            }
        }

        Fill(tensor, raw, floats, wholes);
        return (name, tensor);
    }

    private byte[] Raw(long end)
    {
        var bytes = new byte[end - _wire.Position];
        _wire.Hold(bytes.Length);
        _wire.ReadExactly(bytes);
        return bytes;
    }

    private static void Fill(FileTensor tensor, byte[]? raw, List<double> floats, List<long> wholes)
    {
        if (tensor.Count > MostNumbers)
            return;
        var count = (int)tensor.Count;
        if (tensor.Type is FileTensor.Int64 or FileTensor.Int32)
        {
            var size = tensor.Type == FileTensor.Int64 ? 8 : 4;
            if (raw is not null && raw.Length == count * size)
                tensor.Wholes = [.. Enumerable.Range(0, count).Select(i => size == 8
                    ? BinaryPrimitives.ReadInt64LittleEndian(raw.AsSpan(i * 8))
                    : BinaryPrimitives.ReadInt32LittleEndian(raw.AsSpan(i * 4)))];
            else if (wholes.Count == count)
                tensor.Wholes = wholes;
        }
        else if (tensor.Type == FileTensor.Float)
        {
            if (raw is not null && raw.Length == count * 4)
                tensor.Numbers = [.. Each(count, i => BinaryPrimitives.ReadSingleLittleEndian(raw.AsSpan(i * 4)))];
            else if (floats.Count == count)
                tensor.Numbers = floats;
        }
        else if (tensor.Type == FileTensor.Double && raw is not null && raw.Length == count * 8)
        {
            tensor.Numbers = [.. Each(count, i => BinaryPrimitives.ReadDoubleLittleEndian(raw.AsSpan(i * 8)))];
        }
    }

    private static IEnumerable<double> Each(int count, Func<int, double> read) => Enumerable.Range(0, count).Select(read);

    private FileValue ReadValue(long end)
    {
        var (name, elements) = ("", 0);
        List<object?>? sizes = null;
        while (_wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is (1, WireReader.Bytes))
                name = _wire.ReadText(end);
            else if ((number, type) is (2, WireReader.Bytes))
                ReadType(_wire.ReadEnd(end), ref elements, ref sizes);
            else
                _wire.Skip(type, end);
        }

        return new(name, elements, sizes);
    }

    private void ReadType(long end, ref int elements, ref List<object?>? sizes)
    {
        while (_wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is not (1, WireReader.Bytes))
            {
                _wire.Skip(type, end);
                continue;
            }

            var tensor = _wire.ReadEnd(end);
            while (_wire.NextField(tensor, out var inner, out var kind))
            {
                if ((inner, kind) is (1, WireReader.Varint))
                    elements = (int)Math.Clamp(_wire.ReadLong(), 0, 1000);
                else if ((inner, kind) is (2, WireReader.Bytes))
                    ReadShape(_wire.ReadEnd(tensor), sizes = []);
                else
                    _wire.Skip(kind, tensor);
            }
        }
    }

    private void ReadShape(long end, List<object?> sizes)
    {
        while (_wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is not (1, WireReader.Bytes))
            {
                _wire.Skip(type, end);
                continue;
            }

            var dimension = _wire.ReadEnd(end);
            object? size = null;
            while (_wire.NextField(dimension, out var inner, out var kind))
            {
                if ((inner, kind) is (1, WireReader.Varint))
                    size = _wire.ReadLong();
                else if ((inner, kind) is (2, WireReader.Bytes))
                    size = _wire.ReadText(dimension);
                else
                    _wire.Skip(kind, dimension);
            }

            _wire.Hold(16);
            sizes.Add(size);
        }
    }
}
