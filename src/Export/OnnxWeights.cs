using System.Runtime.InteropServices;
using System.Text;

namespace ConcatService.Export;

/// <summary>Where the numbers of an initializer lie in an ONNX file.</summary>
/// <param name="Dims">Its shape.</param>
/// <param name="Offset">In bytes from the start of the file.</param>
/// <param name="LengthBytes">Little-endian, in row-major order.</param>
public sealed record OnnxWeight(IReadOnlyList<long> Dims, long Offset, long LengthBytes);

/// <summary>Finds the initializers of an ONNX file that this service wrote. The numbers stay in the file.</summary>
/// <remarks>Wire format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.</remarks>
public sealed class OnnxWeights
{
    // Field numbers of ModelProto, GraphProto and TensorProto.
    private const int Graph = 7, Initializer = 5, Dims = 1, Name = 8, RawData = 9;

    private readonly Stream _file;
    private readonly Dictionary<string, OnnxWeight> _byName = [];

    private OnnxWeights(Stream file) => _file = file;

    /// <param name="file">One that can seek; it stays open, and is read when numbers are asked for.</param>
    /// <exception cref="InvalidDataException">It is no ONNX file.</exception>
    public static OnnxWeights Of(Stream file)
    {
        file.Position = 0;
        var weights = new OnnxWeights(file);
        weights.Messages(file.Length, Graph, graph => weights.Messages(graph, Initializer, weights.Tensor));
        return weights;
    }

    public OnnxWeight? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Copies the numbers of an initializer.</summary>
    public void CopyTo(OnnxWeight weight, Stream target)
    {
        _file.Position = weight.Offset;
        var buffer = new byte[Math.Min(weight.LengthBytes, 1 << 20)];
        for (var left = weight.LengthBytes; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            _file.ReadExactly(part);
            target.Write(part);
            left -= part.Length;
        }
    }

    /// <summary>The numbers of a small initializer of float32.</summary>
    public float[] Floats(OnnxWeight weight)
    {
        using var bytes = new MemoryStream();
        CopyTo(weight, bytes);
        return MemoryMarshal.Cast<byte, float>(bytes.ToArray()).ToArray();
    }

    private void Tensor(long end)
    {
        var (dims, name, offset, length) = (new List<long>(), "", 0L, 0L);
        while (_file.Position < end)
        {
            var (field, type) = Tag();
            switch (field, type)
            {
                case (Dims, 0):
                    dims.Add(Varint());
                    break;
                case (Dims, 2):
                    for (var last = End(); _file.Position < last;)
                        dims.Add(Varint());
                    break;
                case (Name, 2):
                    var text = new byte[checked((int)(End() - _file.Position))];
                    _file.ReadExactly(text);
                    name = Encoding.UTF8.GetString(text);
                    break;
                case (RawData, 2):
                    var behind = End();
                    (offset, length) = (_file.Position, behind - _file.Position);
                    _file.Position = behind;
                    break;
                default:
                    Skip(type);
                    break;
            }
        }

        _byName[name] = new(dims, offset, length);
    }

    private void Messages(long end, int wanted, Action<long> read)
    {
        while (_file.Position < end)
        {
            var (field, type) = Tag();
            if (field == wanted && type == 2)
                read(End());
            else
                Skip(type);
        }
    }

    private (int Field, int Type) Tag()
    {
        var tag = Varint();
        return ((int)(tag >> 3), (int)(tag & 7));
    }

    private long End() => Varint() is var length && length >= 0 && length <= _file.Length - _file.Position
        ? _file.Position + length
        : throw new InvalidDataException("The ONNX file ends too early.");

    private void Skip(int type) => _file.Position = type switch
    {
        0 => Varint() is var _ ? _file.Position : 0,
        1 => _file.Position + 8,
        2 => End(),
        5 => _file.Position + 4,
        _ => throw new InvalidDataException("The file is no ONNX file."),
    };

    private long Varint()
    {
        var value = 0L;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = _file.ReadByte();
            if (next < 0)
                throw new InvalidDataException("The ONNX file ends too early.");
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("The file is no ONNX file.");
    }
}
