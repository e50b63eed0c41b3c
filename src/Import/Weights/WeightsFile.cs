using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Weights;

/// <summary>
/// Finds the tensors of a file of weights. The format is known by the content; only names, types, shapes and places are held, and nothing
/// of a file is executed or unpickled.
/// </summary>
public static class WeightsFile
{
    /// <summary>Tensors of one file.</summary>
    public const int MostTensors = 20_000;

    /// <summary>Characters of a tensor's name.</summary>
    public const int MostNameLength = 500;

    /// <summary>Dimensions of a tensor.</summary>
    public const int MostDimensions = 8;

    private const string Torch =
        "Nothing of it is unpickled here. Write the tensors where they are: safetensors.torch.save_file(model.state_dict(), "
        + "\"weights.safetensors\"), or torch.onnx.export.";

    /// <param name="file">One that can seek.</param>
    /// <exception cref="ImportException">The file is of a format that is not read, or is not whole.</exception>
    public static StoredWeights Read(Stream file)
    {
        file.Position = 0;
        var start = new byte[(int)Math.Min(4096, file.Length)];
        file.ReadExactly(start);
        file.Position = 0;
        Refuse(start);
        if (start is [_, _, _, _, _, _, _, _, (byte)'{', ..])
            return SafetensorsReader.Read(file);
        if (DarknetWeights.IsOne(start, file.Length))
            return DarknetWeights.Read(file);
        if (start is [0x08, < 100, ..] or [0x12, ..] or [0x3a, ..] or [0x42, ..])
            return OnnxTensors.Read(file);
        throw new ImportException(
            "weights.format",
            "The format of the file is not known. These are read: safetensors, ONNX (its initializers), and Darknet's .weights."
        );
    }

    /// <summary>A tensor whose name, sizes and numbers fit each other.</summary>
    /// <exception cref="ImportException">They do not.</exception>
    internal static StoredTensor Checked(StoredTensor tensor, long fileBytes)
    {
        var shown = Shown(tensor.Name);
        if (tensor.Name.Length is 0 or > MostNameLength || tensor.Name.Any(char.IsControl))
            throw Malformed($"The name of the tensor '{shown}' must have 1 to {MostNameLength} printable characters.");
        if (tensor.Shape.Count > MostDimensions)
            throw Malformed($"The tensor '{shown}' has {tensor.Shape.Count} dimensions; {MostDimensions} is the most.");
        var bytes = WeightTypes.BytesOf(tensor.Dtype)
            ?? throw Malformed($"The tensor '{shown}' has the type '{Shown(tensor.Dtype)}'. Known: {WeightTypes.Known}.");
        foreach (var size in tensor.Shape)
        {
            if (size < 0 || (size > 0 && bytes > fileBytes / size))
                throw Malformed($"The tensor '{shown}' of [{string.Join(", ", tensor.Shape)}] has more numbers than the file.");
            bytes *= size;
        }

        return bytes == tensor.LengthBytes
            ? tensor
            : throw Malformed(
                $"The tensor '{shown}' of {tensor.Dtype} [{string.Join(", ", tensor.Shape)}] needs {bytes} bytes and has "
                    + $"{tensor.LengthBytes}."
            );
    }

    internal static ImportException Malformed(string message) => new("weights.malformed", message);

    internal static ImportException TooMany() =>
        new("weights.too_large", $"The file has more than {MostTensors} tensors, the most that is read.");

    internal static string Shown(string text) =>
        string.Concat(text.Take(80).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));

    /// <summary>Files that hold code, or that only the tool that wrote them can read.</summary>
    private static void Refuse(ReadOnlySpan<byte> start)
    {
        if (start.Length == 0)
            throw Malformed("The file is empty.");
        var isZip = start.StartsWith("PK\u0003\u0004"u8);
        if (start is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
            throw Unsupported(
                "This is an HDF5 file. Write the tensors as safetensors: safetensors.numpy.save_file({v.path: v.numpy() for v in "
                    + "model.weights}, \"weights.safetensors\")."
            );
        if (start is [0x80, >= 2 and <= 5, ..])
            throw Unsupported($"This is a pickle, as torch.save writes it. {Torch}");
        if (isZip && (start.IndexOf("data.pkl"u8) >= 0 || start.IndexOf("constants.pkl"u8) >= 0))
            throw Unsupported($"This is a file of torch.save or TorchScript: a zip with a pickle. {Torch}");
        if (isZip)
            throw Unsupported("This is a zip. Unpack it, and send the safetensors or ONNX file that is in it.");
    }

    private static ImportException Unsupported(string message) => new("weights.unsupported_format", message);
}
