using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// An infer request that was checked against its model. Holds the memory of its tensors: dispose when they are no longer needed.
/// </summary>
/// <param name="BinaryOutputs">By the call's outputs.</param>
internal sealed record InferRequest(
    string? Id,
    long TimeoutMicroseconds,
    InferenceCall Call,
    IReadOnlyList<bool> BinaryOutputs,
    InferBody Body
) : IDisposable
{
    /// <exception cref="InferenceException">Something in it does not fit; the message says what and where.</exception>
    public static async Task<InferRequest> ReadAsync(HttpRequest request, Signature signature, CancellationToken cancel)
    {
        var body = await InferBody.ReadAsync(request, cancel);
        try
        {
            var read = body.JsonBytes == 0 ? Raw(body, signature) : Read(body, signature);
            body.Memory.Take(read.Call.RunBytes);
            return read;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose() => Body.Dispose();

    private static InferRequest Read(InferBody body, Signature signature)
    {
        var json = InferJson.Read(body.Json.Span);
        var (call, tensors) = (new InferenceCall(signature), body.Tensors);
        foreach (var (index, input) in json.Inputs.Index())
        {
            var where = $"/inputs/{index}";
            var (info, bytes) = call.Expect(input.Name, input.Datatype, input.Shape, where);
            call.Put(
                info,
                input.Shape,
                input.BinaryBytes is { } size ? Take(ref tensors, input, size, bytes, where) : Parse(body, input, info, bytes, where),
                where
            );
        }

        if (!tensors.IsEmpty)
            throw new InferenceException("inference.binary_size", $"The body has {tensors.Length} bytes behind its last tensor.");
        List<bool> binary = [];
        foreach (var (index, output) in json.Outputs.Index())
        {
            if (call.Want(output.Name, $"/outputs/{index}"))
                binary.Add(output.Binary ?? json.BinaryOutputs);
        }

        if (binary.Count == 0)
            binary.AddRange(Enumerable.Repeat(json.BinaryOutputs, signature.Outputs.Count));
        return new(json.Id, json.TimeoutMicroseconds, call.Complete(), binary, body);
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> tensors, InferJson.Input input, long size, int bytes, string where)
    {
        if (input.Data is not null)
            throw InferenceCall.Invalid($"{where}/data", "is there beside binary_data_size; a tensor is sent in one way");
        if (size != bytes)
            throw new InferenceException(
                "inference.binary_size",
                $"{where}/parameters/binary_data_size is {size}; a {input.Datatype} tensor of shape [{string.Join(", ", input.Shape)}] "
                    + $"has {bytes} bytes."
            );
        if (size > tensors.Length)
            throw new InferenceException(
                "inference.binary_size",
                $"{where} has {size} bytes, and {tensors.Length} are left in the body. {InferBody.HeaderLength} tells where the JSON ends."
            );
        var taken = tensors[..bytes];
        tensors = tensors[bytes..];
        return input.Datatype == "BOOL" && taken.Span.ContainsAnyExceptInRange<byte>(0, 1)
            ? throw new InferenceException("inference.data", $"{where} has a byte other than 0 and 1; the datatype is BOOL.")
            : taken;
    }

    private static ReadOnlyMemory<byte> Parse(InferBody body, InferJson.Input input, TensorInfo info, int bytes, string where)
    {
        if (input.Data is not { } data)
            throw InferenceCall.Invalid($"{where}/data", "is missing; tensors are sent as JSON, or as bytes with binary_data_size");
        return JsonElements.Read(body.Json.Span[data], info.Type, input.Shape, bytes, body.Memory, $"{where}/data");
    }

    /// <summary>
    /// The body is the one input, of one sample; at most one of its sizes varies, and follows from the length. All outputs go as bytes.
    /// </summary>
    private static InferRequest Raw(InferBody body, Signature signature)
    {
        if (signature.Inputs is not [var input])
            throw new InferenceException(
                "inference.raw",
                $"The model has {signature.Inputs.Count} inputs: a body without JSON is for models with one."
            );
        var shape = input.Shape.Select((size, axis) => axis == 0 && size < 0 ? 1 : size).ToArray();
        if (shape.Count(size => size < 0) > 1)
            throw new InferenceException(
                "inference.raw",
                $"'{input.Name}' has more than one size that varies: a body without JSON does not tell them."
            );
        var known = shape.Where(size => size > 0).Aggregate((long)input.Type.Bytes, (bytes, size) => bytes * size);
        if (Array.FindIndex(shape, size => size < 0) is >= 0 and var open)
            shape[open] = body.Tensors.Length / known;
        var call = new InferenceCall(signature);
        var (info, bytes) = call.Expect(input.Name, input.Datatype, shape, "");
        if (bytes != body.Tensors.Length)
            throw new InferenceException(
                "inference.binary_size",
                $"The body has {body.Tensors.Length} bytes; one sample of '{input.Name}' has {bytes}."
            );
        call.Put(info, shape, body.Tensors, "");
        return new(null, 0, call.Complete(), [.. signature.Outputs.Select(_ => true)], body);
    }
}
