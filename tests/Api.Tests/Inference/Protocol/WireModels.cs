using ConcatService.Api.Inference.Engine;
using ConcatService.Training.Onnx.Wire;
using Google.Protobuf;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>
/// Models that give back what they take, of every type and with several tensors; the service's own export knows float32 and int64 alone.
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
        var copies = inputs.Zip(outputs, (input, output) => (From: input, To: output)).ToList();
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            Graph = new()
            {
                Name = "echo",
                Input = { inputs.Select(Value) },
                Output = { copies.Select(copy => Value(copy.From with { Name = copy.To })) },
                Node = { copies.Select(copy => new NodeProto { OpType = "Identity", Input = { copy.From.Name }, Output = { copy.To } }) },
            },
        };
        return model.ToByteArray();
    }

    private static ValueInfoProto Value(Tensor tensor) => new()
    {
        Name = tensor.Name,
        Type = new()
        {
            TensorType = new()
            {
                ElemType = (TensorProto.Types.DataType)Codes[tensor.Datatype],
                Shape = new() { Dim = { tensor.Shape.Select(Dimension) } },
            },
        },
    };

    private static TensorShapeProto.Types.Dimension Dimension(long size, int axis) =>
        size < 0 ? new() { DimParam = $"d{axis}" } : new() { DimValue = size };

    private static string List(Tensor[] tensors) =>
        $"[{string.Join(", ", tensors.Select(tensor => $$"""
            { "name": "{{tensor.Name}}", "datatype": "{{tensor.Datatype}}", "shape": [{{string.Join(", ", tensor.Shape)}}] }
            """))}]";
}
