using ConcatService.Domain.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>Reads an uploaded data set from a file of its bytes.</summary>
public static class StoredData
{
    /// <param name="path">Holds what <see cref="StoredDataSet"/> describes.</param>
    /// <param name="sha256">Of these bytes; the caller has compared it.</param>
    /// <exception cref="InvalidDataException">The file has another length.</exception>
    public static DataSet Load(StoredDataSet stored, string path, string sha256)
    {
        using var file = File.OpenRead(path);
        if (file.Length != stored.LengthBytes)
            throw new InvalidDataException($"{path} has {file.Length} bytes and {stored.Info.Name} has {stored.LengthBytes}.");
        var splits = stored.Counts.Select(count => count > 0 ? Read(file, stored, count) : null).ToArray();
        return new(stored.Info, splits[0]!, splits[1], splits[2]!, sha256);
    }

    /// <summary>A field that is both an input and a target is read once: both are views of it.</summary>
    private static Split Read(FileStream file, StoredDataSet stored, long count)
    {
        using var scope = NewDisposeScope();
        var fields = new Dictionary<string, Tensor>();
        foreach (var known in stored.Fields)
        {
            var tensor = empty([count, .. known.Shape], TypeOf(known.DType));
            file.ReadExactly(tensor.bytes);
            fields.Add(known.Name, tensor);
        }

        Tensor As(string name, IReadOnlyList<long> shape) => fields[name].view([count, .. shape]).DetachFromDisposeScope();
        return new(
            [.. stored.Info.Inputs.Select(input => As(input.Name, input.Shape))],
            [.. stored.Info.Targets.Select(target => As(target.Name, target.Shape))]
        );
    }

    private static ScalarType TypeOf(ElementType type) => type switch
    {
        ElementType.Uint8 => ScalarType.Byte,
        ElementType.Int64 => ScalarType.Int64,
        _ => ScalarType.Float32,
    };
}
