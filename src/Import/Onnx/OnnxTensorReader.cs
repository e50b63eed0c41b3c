using System.Buffers.Binary;

namespace ConcatService.Import.Onnx;

/// <summary>Tensors and lists of numbers. Those of more than a few numbers are skipped in the stream.</summary>
internal sealed class OnnxTensorReader(WireReader wire)
{
    private const int MostNumbers = 1024;

    /// <summary>Of whole numbers, which may be positions in a window of up to 9 by 9.</summary>
    private const int MostWholes = 8192;

    /// <summary>A tensor whose values are kept where they are at most <see cref="MostNumbers"/>.</summary>
    public (string Name, FileTensor Tensor) Read(long end)
    {
        var (name, tensor) = ("", new FileTensor());
        byte[]? raw = null;
        List<double> floats = [];
        List<long> wholes = [];
        while (wire.NextField(end, out var number, out var type))
        {
            switch (number, type)
            {
                case (1, _):
                    Wholes(type, end, tensor.Dims, 16);
                    break;
                case (2, WireReader.Varint):
                    tensor.Type = (int)Math.Clamp(wire.ReadLong(), 0, 1000);
                    break;
                case (4, _):
                    Floats(type, end, floats, MostNumbers);
                    break;
                case (5 or 7, _):
                    Wholes(type, end, wholes, MostWholes);
                    break;
                case (8, WireReader.Bytes):
                    name = wire.ReadText(end);
                    break;
                case (9, WireReader.Bytes):
                    var last = wire.ReadEnd(end);
                    raw = last - wire.Position <= 8 * MostWholes ? Raw(last) : null;
                    wire.SkipTo(last);
                    break;
                default:
                    wire.Skip(type, end);
                    break;
            }
        }

        Fill(tensor, raw, floats, wholes);
        return (name, tensor);
    }

    public void Wholes(int type, long end, List<long> target, int most)
    {
        if (type == WireReader.Varint)
        {
            Put(wire.ReadLong());
            return;
        }

        if (type != WireReader.Bytes)
        {
            wire.Skip(type, end);
            return;
        }

        var last = wire.ReadEnd(end);
        while (wire.Position < last)
            Put(wire.ReadLong());

        void Put(long value)
        {
            if (target.Count > most)
                return;
            wire.Hold(0);
            target.Add(value);
        }
    }

    public void Floats(int type, long end, List<double> target, int most)
    {
        if (type == WireReader.Fixed32)
        {
            Put(wire.ReadFloat());
            return;
        }

        if (type != WireReader.Bytes)
        {
            wire.Skip(type, end);
            return;
        }

        var last = wire.ReadEnd(end);
        if (target.Count > most || (last - wire.Position) / 4 > most)
        {
            target.AddRange(Enumerable.Repeat(0.0, most == int.MaxValue ? 0 : Math.Max(0, most + 1 - target.Count)));
            wire.SkipTo(last);
            return;
        }

        while (wire.Position + 4 <= last)
            Put(wire.ReadFloat());
        wire.SkipTo(last);

        void Put(float value)
        {
            if (target.Count > most)
                return;
            wire.Hold(0);
            target.Add(value);
        }
    }

    private byte[] Raw(long end)
    {
        var bytes = new byte[end - wire.Position];
        wire.Hold(bytes.Length);
        wire.ReadExactly(bytes);
        return bytes;
    }

    private static void Fill(FileTensor tensor, byte[]? raw, List<double> floats, List<long> wholes)
    {
        if (tensor.Count > (tensor.Type is FileTensor.Int64 or FileTensor.Int32 ? MostWholes : MostNumbers))
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
}
