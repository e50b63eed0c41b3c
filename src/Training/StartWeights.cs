using System.Buffers.Binary;
using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>The weights that a training begins with, and the file that they are read from.</summary>
/// <param name="Plan">Where each parameter is read from.</param>
/// <param name="Path">The file as it was stored.</param>
public sealed record StartWeights(WeightsPlan Plan, string Path)
{
    /// <summary>Fills the parameters that the plan names; the others stay as they are.</summary>
    /// <exception cref="WeightsException">The file is not what the plan was made for.</exception>
    public void Fill(TorchModel model)
    {
        using var untracked = no_grad();
        using var file = File.OpenRead(Path);
        var parameters = model.Parameters.ToDictionary(parameter => parameter.Key);
        foreach (var each in Plan.Tensors)
        {
            if (!parameters.TryGetValue(each.Key, out var parameter) || each.Offset + each.LengthBytes > file.Length)
                throw new WeightsException(
                    "weights_damaged",
                    $"The stored weights do not fit the network any more, at {each.Key}. Send the job again."
                );
            using var scope = NewDisposeScope();
            var bytes = new byte[each.LengthBytes];
            file.Position = each.Offset;
            file.ReadExactly(bytes);
            var numbers = tensor(Numbers(bytes, each.Dtype));
            var dims = parameter.Declared.Dims;
            var shaped = each.Transposed ? numbers.reshape(dims[1], dims[0]).t() : numbers.reshape(dims);   // [in, out] -> [out, in]
            parameter.Tensor.copy_(shaped);
        }
    }

    private static float[] Numbers(byte[] bytes, string dtype)
    {
        var size = dtype switch
        {
            "F32" => 4,
            "F16" or "BF16" => 2,
            _ => 8,
        };
        var numbers = new float[bytes.Length / size];
        for (var i = 0; i < numbers.Length; i++)
        {
            var at = bytes.AsSpan(i * size, size);
            numbers[i] = dtype switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
                "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
                "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                _ => BinaryPrimitives.ReadInt64LittleEndian(at),
            };
        }

        return numbers;
    }
}
