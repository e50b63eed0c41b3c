using System.Runtime.InteropServices;
using ConcatService.Api.Inference.Engine;
using ConcatService.Export;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Models;

/// <summary>Inputs of a version and what it answers to them.</summary>
internal static class PyTorchSamples
{
    private const int Count = 8;

    /// <summary>What a size is that varies and is not the batch: enough for five halvings.</summary>
    private const long OpenSize = 64;

    /// <summary>
    /// The inputs, <c>input.NAME</c>, from a fixed seed: numbers from 0 to 1, whole ones 0 or 1; and the answers, <c>output.NAME</c>.
    /// </summary>
    /// <exception cref="InferenceException">The model cannot be computed with these sizes.</exception>
    public static async Task<IReadOnlyList<SafeTensor>> OfAsync(ModelVersion version, ModelCache cache, CancellationToken cancel)
    {
        using var lease = await cache.UseAsync(version, cancel);
        var signature = lease.Model.Signature;
        var inputs = signature.Inputs.Select((info, i) => Filled(info, new Random(i))).ToList();
        using var outputs = lease.Model.Run(inputs, signature.Outputs, cancel);
        return
        [
            .. inputs.Select(input => SafeTensor.Of($"input.{input.Info.Name}", TypeOf(input.Info), input.Shape, input.Data)),
            .. outputs.Select((output, i) => SafeTensor.Of(
                $"output.{signature.Outputs[i].Name}",
                TypeOf(signature.Outputs[i]),
                output.GetTensorTypeAndShape().Shape,
                output.GetTensorMutableRawData().ToArray()
            )),
        ];
    }

    private static InputTensor Filled(TensorInfo info, Random random)
    {
        long[] shape = [.. info.Shape.Select((size, i) => size >= 0 ? size : i == 0 ? Count : OpenSize)];
        var count = (int)shape.Aggregate(1L, (product, size) => checked(product * size));
        var data = info.Type.Name == "INT64"
            ? MemoryMarshal.AsBytes<long>(Numbers(count, () => random.NextInt64(2))).ToArray()
            : MemoryMarshal.AsBytes<float>(Numbers(count, random.NextSingle)).ToArray();
        return new(info, shape, data);
    }

    private static T[] Numbers<T>(int count, Func<T> next)
    {
        var numbers = new T[count];
        for (var i = 0; i < count; i++)
            numbers[i] = next();
        return numbers;
    }

    private static string TypeOf(TensorInfo info) => info.Type.Name == "INT64" ? "I64" : "F32";
}
