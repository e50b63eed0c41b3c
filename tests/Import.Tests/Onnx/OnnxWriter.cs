using System.Text;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Shapes;

namespace ConcatService.Import.Tests.Onnx;

/// <summary>The records of an exported graph as the bytes of an ONNX model; the values of weights are zeros.</summary>
internal sealed class OnnxWriter
{
    private readonly List<byte> _bytes = [];

    public static byte[] Write(OnnxGraph graph, Func<string, IReadOnlyList<long>, byte[]>? weights = null)
    {
        var model = new OnnxWriter();
        model.Number(1, 8);
        model.Text(2, "test");
        model.Message(7, body =>
        {
            foreach (var node in graph.Nodes)
                body.Message(1, inner => inner.Node(node));
            foreach (var tensor in graph.Initializers)
                body.Message(5, inner => inner.Tensor(tensor, weights));
            foreach (var input in graph.Inputs)
                body.Message(11, inner => inner.Value(input));
            foreach (var output in graph.Outputs)
                body.Message(12, inner => inner.Value(output));
        });
        model.Message(8, body => body.Number(2, 17));
        return [.. model._bytes];
    }

    public void Number(int field, long value)
    {
        Varint((ulong)(field << 3));
        Varint(unchecked((ulong)value));
    }

    public void Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public void Bytes(int field, byte[] bytes)
    {
        Varint((ulong)((field << 3) | 2));
        Varint((ulong)bytes.Length);
        _bytes.AddRange(bytes);
    }

    public void Message(int field, Action<OnnxWriter> write)
    {
        var inner = new OnnxWriter();
        write(inner);
        Bytes(field, [.. inner._bytes]);
    }

    private void Float(int field, float value)
    {
        Varint((ulong)((field << 3) | 5));
        _bytes.AddRange(BitConverter.GetBytes(value));
    }

    private void Node(OnnxNode node)
    {
        foreach (var input in node.Inputs)
            Text(1, input);
        foreach (var output in node.Outputs)
            Text(2, output);
        Text(3, node.Name);
        Text(4, node.OpType);
        foreach (var (name, value) in node.Attributes)
            Message(5, body => body.Attribute(name, value));
    }

    private void Attribute(string name, object value)
    {
        Text(1, name);
        Number(20, value switch { double => 1, long => 2, string => 3, double[] => 6, _ => 7 });
        switch (value)
        {
            case long whole:
                Number(3, whole);
                break;
            case double number:
                Float(2, (float)number);
                break;
            case string text:
                Text(4, text);
                break;
            case long[] wholes:
                foreach (var each in wholes)
                    Number(8, each);
                break;
            case double[] numbers:
                foreach (var each in numbers)
                    Float(7, (float)each);
                break;
        }
    }

    private void Tensor(OnnxTensor tensor, Func<string, IReadOnlyList<long>, byte[]>? weights)
    {
        foreach (var size in tensor.Dims)
            Number(1, size);
        Number(2, tensor.Constants is long[]? 7 : 1);
        Text(8, tensor.Name);
        var count = tensor.Dims.Aggregate(1L, (a, b) => a * b);
        Bytes(9, tensor.Constants switch
        {
            long[] wholes => [.. wholes.SelectMany(BitConverter.GetBytes)],
            float[] numbers => [.. numbers.SelectMany(BitConverter.GetBytes)],
            _ => weights?.Invoke(tensor.Name, tensor.Dims) ?? new byte[4 * count],
        });
    }

    private void Value(OnnxValue value)
    {
        Text(1, value.Name);
        Message(2, type => type.Message(1, tensor =>
        {
            tensor.Number(1, value.DType == DType.Int64 ? 7 : 1);
            tensor.Message(2, shape =>
            {
                foreach (var size in value.Dims)
                    shape.Message(1, dimension =>
                    {
                        if (size.Known is { } known)
                            dimension.Number(1, known);
                        else
                            dimension.Text(2, size.ToString());
                    });
            });
        }));
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
