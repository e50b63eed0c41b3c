namespace ConcatService.Import.Onnx;

/// <summary>Names and shapes of the inputs and outputs of a graph.</summary>
internal sealed class OnnxValueReader(WireReader wire)
{
    public FileValue Read(long end)
    {
        var (name, elements) = ("", 0);
        List<object?>? sizes = null;
        while (wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is (1, WireReader.Bytes))
                name = wire.ReadText(end);
            else if ((number, type) is (2, WireReader.Bytes))
                ReadType(wire.ReadEnd(end), ref elements, ref sizes);
            else
                wire.Skip(type, end);
        }

        return new(name, elements, sizes);
    }

    private void ReadType(long end, ref int elements, ref List<object?>? sizes)
    {
        while (wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is not (1, WireReader.Bytes))
            {
                wire.Skip(type, end);
                continue;
            }

            var tensor = wire.ReadEnd(end);
            while (wire.NextField(tensor, out var inner, out var kind))
            {
                if ((inner, kind) is (1, WireReader.Varint))
                    elements = (int)Math.Clamp(wire.ReadLong(), 0, 1000);
                else if ((inner, kind) is (2, WireReader.Bytes))
                    ReadShape(wire.ReadEnd(tensor), sizes = []);
                else
                    wire.Skip(kind, tensor);
            }
        }
    }

    private void ReadShape(long end, List<object?> sizes)
    {
        while (wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is not (1, WireReader.Bytes))
            {
                wire.Skip(type, end);
                continue;
            }

            var dimension = wire.ReadEnd(end);
            object? size = null;
            while (wire.NextField(dimension, out var inner, out var kind))
            {
                if ((inner, kind) is (1, WireReader.Varint))
                    size = wire.ReadLong();
                else if ((inner, kind) is (2, WireReader.Bytes))
                    size = wire.ReadText(dimension);
                else
                    wire.Skip(kind, dimension);
            }

            wire.Hold(16);
            sizes.Add(size);
        }
    }
}
