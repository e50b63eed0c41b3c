using ConcatService.Api.Inference.Engine;
using Google.Protobuf;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>
/// Models that give back what they take, of every type and with several tensors. Written as protobuf by hand (field numbers of onnx.proto):
/// the service's own export knows float32 and int64 alone.
/// </summary>
internal static class WireModels
{
    private const int IrVersion = 8, Opset = 17;

    /// <summary>ONNX's numbers of the types (TensorProto.DataType).</summary>
    private static readonly Dictionary<string, int> Codes = new()
    {
        ["FP32"] = 1,
        ["UINT8"] = 2,
        ["INT8"] = 3,
        ["UINT16"] = 4,
        ["INT16"] = 5,
        ["INT32"] = 6,
        ["INT64"] = 7,
        ["BOOL"] = 9,
        ["FP16"] = 10,
        ["FP64"] = 11,
        ["UINT32"] = 12,
        ["UINT64"] = 13,
        ["BF16"] = 16,
    };

    public static IEnumerable<string> Names => [.. ElementType.All.Select(type => $"echo-{type.Name.ToLowerInvariant()}"), "pair", "open"];

    public sealed record Tensor(string Name, string Datatype, long[] Shape);

    /// <summary>Each input comes out again under the name of the output in its place.</summary>
    public static Task<int> PublishEchoAsync(ApiServer api, string name, Tensor[] inputs, string[] outputs) => SmallModels.PublishAsync(
        api, name, Echo(inputs, outputs), List(inputs), List([.. inputs.Zip(outputs, (input, output) => input with { Name = output })]));

    /// <summary>
    /// <c>echo-fp32</c> and so on, x [-1, 3] -> y; <c>pair</c> with two inputs and outputs; <c>open</c> with a second size that varies.
    /// </summary>
    public static async Task PublishAllAsync(ApiServer api)
    {
        foreach (var type in ElementType.All)
            await PublishEchoAsync(api, $"echo-{type.Name.ToLowerInvariant()}", [new("x", type.Name, [-1, 3])], ["y"]);
        await PublishEchoAsync(api, "pair", [new("flags", "BOOL", [-1, 3]), new("numbers", "FP32", [-1, 2])], ["flags_out", "numbers_out"]);
        await PublishEchoAsync(api, "open", [new("x", "FP32", [-1, -1])], ["y"]);
    }

    private static byte[] Echo(Tensor[] inputs, string[] outputs)
    {
        var graph = Message(write =>
        {
            foreach (var (input, output) in inputs.Zip(outputs))
                Field(write, 1, Message(node => { Text(node, 1, input.Name); Text(node, 2, output); Text(node, 4, "Identity"); }));
            Text(write, 2, "echo");
            foreach (var input in inputs)
                Field(write, 11, Value(input));
            foreach (var (input, output) in inputs.Zip(outputs))
                Field(write, 12, Value(input with { Name = output }));
        });
        return Message(write =>
        {
            Number(write, 1, IrVersion);
            Field(write, 7, graph);
            Field(write, 8, Message(opset => Number(opset, 2, Opset)));
        });
    }

    private static byte[] Value(Tensor tensor) => Message(value =>
    {
        Text(value, 1, tensor.Name);
        var shape = Message(write =>
        {
            foreach (var (axis, size) in tensor.Shape.Index())
                Field(write, 1, Message(dim => { if (size < 0) Text(dim, 2, $"d{axis}"); else Number(dim, 1, size); }));
        });
        Field(
            value,
            2,
            Message(type =>
                Field(
                    type,
                    1,
                    Message(write =>
                    {
                        Number(write, 1, Codes[tensor.Datatype]);
                        Field(write, 2, shape);
                    })
                )
            )
        );
    });

    private static string List(Tensor[] tensors) =>
        $"[{string.Join(", ", tensors.Select(tensor => $$"""
            { "name": "{{tensor.Name}}", "datatype": "{{tensor.Datatype}}", "shape": [{{string.Join(", ", tensor.Shape)}}] }
            """))}]";

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        write(output);
        output.Flush();
        return bytes.ToArray();
    }

    private static void Number(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Text(CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    private static void Field(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
    }
}
