using System.Runtime.InteropServices;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Shapes;
using ConcatService.Training.Onnx.Wire;
using Google.Protobuf;
using static TorchSharp.torch;

namespace ConcatService.Training.Onnx;

/// <summary>
/// ONNX graph and trained values -> the bytes of an ONNX model: IR 8, opset 17, symbolic sizes (the batch, <c>N</c>) as named dimensions.
/// </summary>
/// <remarks>
/// Wire format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. A model is one protobuf message, so 2 GB is the limit.
/// </remarks>
public static class OnnxBytes
{
    /// <summary>8: what opset 17 came out with (ONNX 1.12).</summary>
    private const long IrVersion = 8, Opset = 17;

    /// <param name="values">The model's parameters and buffers by key (<c>stem.weight</c>); each is written as float32.</param>
    /// <param name="metadata">Kept in the model under <c>metadata_props</c>: spec hash, job, data set, classes, metrics.</param>
    public static byte[] Write(OnnxGraph graph, IReadOnlyDictionary<string, Tensor> values, IReadOnlyDictionary<string, string> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "concat-service",
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            Graph = new()
            {
                Name = "model",
                Input = { graph.Inputs.Select(Value) },
                Output = { graph.Outputs.Select(Value) },
                Node = { graph.Nodes.Select(Node) },
                Initializer = { graph.Initializers.Select(tensor => Initializer(tensor, values)) },
            },
        };
        foreach (var (key, value) in metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }

    private static ValueInfoProto Value(OnnxValue value)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in value.Dims)
            shape.Dim.Add(
                dim.Known is { } size ? new TensorShapeProto.Types.Dimension { DimValue = size } : new() { DimParam = dim.ToString() }
            );
        return new()
        {
            Name = value.Name,
            Type = new()
            {
                TensorType = new() { ElemType = TypeOf(value.DType), Shape = shape },
            },
        };
    }

    private static NodeProto Node(OnnxNode node)
    {
        var proto = new NodeProto { Name = node.Name, OpType = node.OpType };
        proto.Input.AddRange(node.Inputs);
        proto.Output.AddRange(node.Outputs);
        foreach (var (name, value) in node.Attributes)
            proto.Attribute.Add(Attribute(name, value));
        return proto;
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Int,
            I = number,
        },
        double number => new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Float,
            F = (float)number,
        },
        string text => new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.String,
            S = ByteString.CopyFromUtf8(text),
        },
        long[] numbers => new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Ints,
            Ints = { numbers },
        },
        double[] numbers => new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Floats,
            Floats = { numbers.Select(number => (float)number) },
        },
        _ => throw new ArgumentException($"ONNX attribute '{name}': {value.GetType()} has no form.", nameof(value)),
    };

    private static TensorProto Initializer(OnnxTensor tensor, IReadOnlyDictionary<string, Tensor> values)
    {
        var proto = new TensorProto { Name = tensor.Name, Dims = { tensor.Dims }, DataType = TensorProto.Types.DataType.Float };
        switch (tensor)
        {
            case { Key: { } key }:
                proto.RawData = Bytes(values[key]);
                break;
            case { Constants: long[] numbers }:
                proto.DataType = TensorProto.Types.DataType.Int64;
                proto.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(numbers));
                break;
            case { Constants: float[] numbers }:
                proto.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(numbers));
                break;
            default:
                throw new ArgumentException($"ONNX initializer '{tensor.Name}': neither a key nor numbers.", nameof(tensor));
        }

        return proto;
    }

    /// <summary>Little-endian float32 in row-major order, wherever and however the tensor lies.</summary>
    private static ByteString Bytes(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return ByteString.CopyFrom(tensor.detach().to(ScalarType.Float32).cpu().contiguous().bytes);
    }

    private static TensorProto.Types.DataType TypeOf(DType dtype) =>
        dtype == DType.Int64 ? TensorProto.Types.DataType.Int64 : TensorProto.Types.DataType.Float;
}
