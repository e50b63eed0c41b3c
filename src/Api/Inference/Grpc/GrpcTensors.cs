using System.Numerics;
using System.Runtime.InteropServices;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc.Wire;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.ML.OnnxRuntime.Tensors;
using static ConcatService.Api.Inference.Engine.InferenceCall;

namespace ConcatService.Api.Inference.Grpc;

/// <summary>
/// Tensors in messages: typed contents, or raw bytes for all of a message. Raw bytes are computed where they lie in the message.
/// </summary>
internal static class GrpcTensors
{
    /// <exception cref="InferenceException">Something does not fit the model; the message says where.</exception>
    public static InferenceCall Read(ModelInferRequest request, Signature signature)
    {
        var (call, raw) = (new InferenceCall(signature), request.RawInputContents);
        if (raw.Count > 0 && raw.Count != request.Inputs.Count)
            throw Invalid("raw_input_contents", $"has {raw.Count} tensors for {request.Inputs.Count} inputs; it has one for each, or none");
        foreach (var (index, input) in request.Inputs.Index())
        {
            var where = $"/inputs/{index}";
            long[] shape = [.. input.Shape];
            var (info, bytes) = call.Expect(input.Name, input.Datatype, shape, where);
            if (raw.Count > 0 && input.Contents is not null)
                throw Invalid($"{where}/contents", "is there beside raw_input_contents; a message has one of them");
            var data = raw.Count > 0 ? raw[index].Memory : Contents(input.Contents, info.Type, where);
            if (data.Length != bytes)
                throw new InferenceException(
                    "inference.element_count",
                    $"{where} has {data.Length / info.Type.Bytes} elements in {data.Length} bytes; a {info.Datatype} tensor of shape "
                        + $"[{string.Join(", ", shape)}] has {bytes} bytes."
                );
            if (info.Type.Onnx == TensorElementType.Bool && data.Span.ContainsAnyExceptInRange<byte>(0, 1))
                throw new InferenceException("inference.data", $"{where} has a byte other than 0 and 1; the datatype is BOOL.");
            call.Put(info, shape, data, where);
        }

        foreach (var (index, output) in request.Outputs.Index())
            call.Want(output.Name, $"/outputs/{index}");
        return call.Complete();
    }

    /// <summary>The parameter <c>timeout</c> in microseconds; 0 when there is none.</summary>
    public static long Timeout(ModelInferRequest request)
    {
        if (!request.Parameters.TryGetValue("timeout", out var parameter))
            return 0;
        return parameter.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.Int64Param when parameter.Int64Param >= 0 => parameter.Int64Param,
            InferParameter.ParameterChoiceOneofCase.Uint64Param when parameter.Uint64Param <= long.MaxValue => (long)parameter.Uint64Param,
            _ => throw Invalid("/parameters/timeout", "must be a whole number, 0 or more"),
        };
    }

    /// <summary>In the form that the request had, unless a type has no typed form.</summary>
    public static void Write(ModelInferResponse response, InferenceResult result, bool isRaw)
    {
        for (var i = 0; i < result.Count; i++)
            isRaw |= !result.Info(i).Type.HasJson;
        for (var i = 0; i < result.Count; i++)
        {
            var info = result.Info(i);
            var output = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = info.Name,
                Datatype = info.Datatype,
                Shape = { result.Shapes[i] },
            };
            if (isRaw)
                response.RawOutputContents.Add(ByteString.CopyFrom(result.Data(i)));
            else
                output.Contents = Contents(info.Type, result.Data(i));
            response.Outputs.Add(output);
        }
    }

    private static ReadOnlyMemory<byte> Contents(InferTensorContents? contents, ElementType type, string where) => contents is null
        ? throw Invalid($"{where}/contents", "is missing; tensors are sent as contents or as raw_input_contents")
        : type.Onnx switch
        {
            TensorElementType.Float => Bytes(contents.Fp32Contents),
            TensorElementType.Double => Bytes(contents.Fp64Contents),
            TensorElementType.Bool => Bytes(contents.BoolContents),
            TensorElementType.Int64 => Bytes(contents.Int64Contents),
            TensorElementType.Int32 => Bytes(contents.IntContents),
            TensorElementType.Int16 => Narrow<int, short>(contents.IntContents, where),
            TensorElementType.Int8 => Narrow<int, sbyte>(contents.IntContents, where),
            TensorElementType.UInt64 => Bytes(contents.Uint64Contents),
            TensorElementType.UInt32 => Bytes(contents.UintContents),
            TensorElementType.UInt16 => Narrow<uint, ushort>(contents.UintContents, where),
            TensorElementType.UInt8 => Narrow<uint, byte>(contents.UintContents, where),
            _ => throw new InferenceException(
                "inference.binary_only",
                $"{where}: {type.Name} has no typed contents; send it in raw_input_contents."
            ),
        };

    private static InferTensorContents Contents(ElementType type, ReadOnlySpan<byte> data)
    {
        var contents = new InferTensorContents();
        switch (type.Onnx)
        {
            case TensorElementType.Float:
                contents.Fp32Contents.AddRange(MemoryMarshal.Cast<byte, float>(data));
                break;
            case TensorElementType.Double:
                contents.Fp64Contents.AddRange(MemoryMarshal.Cast<byte, double>(data));
                break;
            case TensorElementType.Bool:
                contents.BoolContents.AddRange(MemoryMarshal.Cast<byte, bool>(data));
                break;
            case TensorElementType.Int64:
                contents.Int64Contents.AddRange(MemoryMarshal.Cast<byte, long>(data));
                break;
            case TensorElementType.Int32:
                contents.IntContents.AddRange(MemoryMarshal.Cast<byte, int>(data));
                break;
            case TensorElementType.Int16:
                contents.IntContents.AddRange(Widen<short, int>(data));
                break;
            case TensorElementType.Int8:
                contents.IntContents.AddRange(Widen<sbyte, int>(data));
                break;
            case TensorElementType.UInt64:
                contents.Uint64Contents.AddRange(MemoryMarshal.Cast<byte, ulong>(data));
                break;
            case TensorElementType.UInt32:
                contents.UintContents.AddRange(MemoryMarshal.Cast<byte, uint>(data));
                break;
            case TensorElementType.UInt16:
                contents.UintContents.AddRange(Widen<ushort, uint>(data));
                break;
            default:
                contents.UintContents.AddRange(Widen<byte, uint>(data));
                break;
        }

        return contents;
    }

    private static byte[] Bytes<T>(RepeatedField<T> values) where T : unmanaged
    {
        var array = new T[values.Count];
        values.CopyTo(array, 0);
        return MemoryMarshal.AsBytes(array.AsSpan()).ToArray();
    }

    private static byte[] Narrow<TWide, T>(RepeatedField<TWide> values, string where)
        where TWide : IBinaryInteger<TWide>
        where T : unmanaged, IBinaryInteger<T>
    {
        try
        {
            return MemoryMarshal.AsBytes(values.Select(T.CreateChecked).ToArray().AsSpan()).ToArray();
        }
        catch (OverflowException)
        {
            throw new InferenceException("inference.data", $"{where}/contents holds a number that the datatype does not.");
        }
    }

    private static TWide[] Widen<T, TWide>(ReadOnlySpan<byte> data)
        where T : unmanaged, IBinaryInteger<T>
        where TWide : IBinaryInteger<TWide> => Array.ConvertAll(MemoryMarshal.Cast<byte, T>(data).ToArray(), TWide.CreateChecked);
}
