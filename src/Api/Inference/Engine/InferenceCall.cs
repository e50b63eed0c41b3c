using System.Runtime.InteropServices;
using ConcatService.Api.Memory;

namespace ConcatService.Api.Inference.Engine;

/// <summary>A tensor that goes in: little-endian elements in row-major order, aligned to their size.</summary>
internal readonly record struct InputTensor(TensorInfo Info, long[] Shape, ReadOnlyMemory<byte> Data);

/// <summary>
/// What a caller wants computed, whatever door it came through, checked against the model: every input once, with its type and a shape that
/// fits. Faults name the place in the request, as a JSON Pointer.
/// </summary>
internal sealed class InferenceCall(Signature signature)
{
    private const long RunBytesPerByte = 3;

    private readonly InputTensor[] _inputs = new InputTensor[signature.Inputs.Count];
    private readonly List<TensorInfo> _outputs = [];

    /// <summary>In the model's order.</summary>
    public IReadOnlyList<InputTensor> Inputs => _inputs;

    /// <summary>In the order asked for; all when none is asked for.</summary>
    public IReadOnlyList<TensorInfo> Outputs => _outputs.Count > 0 ? _outputs : signature.Outputs;

    /// <summary>The first size of the first input: the batch, where the model has one.</summary>
    public long Samples => _inputs[0].Shape is [var first, ..] ? first : 1;

    /// <summary>
    /// What a run is counted with beside its inputs: the outputs of its layers lie in memory, which for networks on pictures are a few
    /// times the inputs.
    /// </summary>
    public long RunBytes => RunBytesPerByte * _inputs.Sum(input => (long)input.Data.Length);

    /// <summary>The input that a tensor of a request is meant for, and the bytes that it must have.</summary>
    /// <exception cref="InferenceException">The model takes no such tensor.</exception>
    public (TensorInfo Info, int Bytes) Expect(string name, string datatype, long[] shape, string where)
    {
        if (signature.Inputs.FirstOrDefault(input => input.Name == name) is not { } info)
            throw Invalid(
                $"{where}/name",
                $"is '{name}'; the model takes {string.Join(", ", signature.Inputs.Select(input => input.Name))}"
            );
        if (datatype == "BYTES")
            throw new InferenceException(
                "inference.unsupported",
                $"{where}/datatype is BYTES; no model here takes strings.",
                Fault.Unsupported
            );
        if (datatype != info.Datatype)
            throw Invalid($"{where}/datatype", $"is {datatype}; '{name}' is {info.Datatype}");
        if (!info.Takes(shape))
            throw Invalid(
                $"{where}/shape",
                $"is [{string.Join(", ", shape)}]; '{name}' is [{string.Join(", ", info.Shape)}], where -1 is any size from 1 up"
            );
        var bytes = (Int128)info.Type.Bytes;
        foreach (var size in shape)
            bytes = Int128.Min(bytes * size, long.MaxValue);
        return bytes <= Array.MaxLength
            ? (info, (int)bytes)
            : throw new InferenceException("inference.too_large", $"{where}: a tensor of shape [{string.Join(", ", shape)}] is too large.");
    }

    /// <summary>
    /// Takes the elements. Bytes that lie askew are copied: the processor's wide loads want them aligned to their own size.
    /// </summary>
    public void Put(TensorInfo info, long[] shape, ReadOnlyMemory<byte> data, string where)
    {
        var index = signature.Inputs.TakeWhile(input => input != info).Count();
        if (_inputs[index].Info is not null)
            throw Invalid($"{where}/name", $"is '{info.Name}' for the second time");
        _inputs[index] = new(info, shape, Offset(data) % info.Type.Bytes == 0 ? data : data.ToArray());
    }

    /// <summary>From the start of its memory, which is aligned for every type.</summary>
    private static int Offset(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetArray(data, out var segment) ? segment.Offset
        : MemoryMarshal.TryGetMemoryManager<byte, NativeBytes>(data, out _, out var start, out _) ? start
        : 1;

    /// <summary>Asks for an output. Returns false when it was asked for before.</summary>
    public bool Want(string name, string where)
    {
        if (signature.Outputs.FirstOrDefault(output => output.Name == name) is not { } info)
            throw Invalid(
                $"{where}/name",
                $"asks for '{name}'; the model gives {string.Join(", ", signature.Outputs.Select(output => output.Name))}"
            );
        if (_outputs.Contains(info))
            return false;
        _outputs.Add(info);
        return true;
    }

    /// <summary>Whether two calls of one model can be computed in one run: the same outputs, and samples of the same sizes.</summary>
    public bool Joins(InferenceCall other)
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (
                !_inputs[i].Shape.AsSpan(1).SequenceEqual(other._inputs[i].Shape.AsSpan(1))
                || _inputs[i].Shape[0] != Samples
                || other._inputs[i].Shape[0] != other.Samples
            )
                return false;
        }

        return Outputs.Select(output => output.Name).SequenceEqual(other.Outputs.Select(output => output.Name));
    }

    /// <exception cref="InferenceException">An input is missing.</exception>
    public InferenceCall Complete()
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i].Info is null)
                throw Invalid("/inputs", $"lacks the input '{signature.Inputs[i].Name}'");
        }

        return this;
    }

    public static InferenceException Invalid(string where, string what) => new("inference.request", $"{where} {what}.");
}
