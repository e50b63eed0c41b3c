using System.Text;
using ConcatService.Import.Darknet;
using ConcatService.Import.Yolo;

namespace ConcatService.Import;

internal enum FileFormat
{
    Yolo,
    Darknet,
    Keras,
    KerasZip,
    Onnx,
}

/// <summary>Which format a file has, by its first bytes; and what to do with those that are not read.</summary>
internal static class Formats
{
    public const string Known = "auto, yolo, darknet, keras or onnx";

    /// <exception cref="ImportException">None that is read.</exception>
    public static FileFormat Detect(ReadOnlySpan<byte> prefix)
    {
        if (prefix.Length == 0)
            throw new ImportException("import.malformed", "The file is empty.");
        Refuse(prefix);
        if (prefix.StartsWith("PK\u0003\u0004"u8))
            return FileFormat.KerasZip;
        var text = Encoding.UTF8.GetString(prefix).TrimStart('\ufeff');
        var start = text.AsSpan().TrimStart();
        if (start is ['{' or '[', ..])
        {
            if (DarknetReader.IsOne(text))
                return FileFormat.Darknet;
            return IsSpec(text)
                ? throw new ImportException(
                    "import.spec", "This is a spec of this service already. Send it to POST /v1/architectures/validate.")
                : FileFormat.Keras;
        }

        if (DarknetReader.IsOne(text))
            return FileFormat.Darknet;
        if (YoloReader.IsOne(text))
            return FileFormat.Yolo;
        if (IsProtobuf(prefix))
            return FileFormat.Onnx;
        throw new ImportException(
            "import.format",
            "The format of the file is not known. These are read: Ultralytics YAML (with 'backbone' or 'head'), Darknet cfg (with [net] "
                + "first), Keras JSON or .keras, and ONNX."
        );
    }

    /// <summary>The format that the caller names.</summary>
    public static FileFormat Of(string name, ReadOnlySpan<byte> prefix)
    {
        Refuse(prefix);
        return name switch
        {
            "yolo" => FileFormat.Yolo,
            "darknet" => FileFormat.Darknet,
            "keras" => prefix.StartsWith("PK\u0003\u0004"u8) ? FileFormat.KerasZip : FileFormat.Keras,
            "onnx" => FileFormat.Onnx,
            _ => throw new ImportException("import.unknown_format", $"There is no such format. Say {Known}."),
        };
    }

    /// <summary>Files that hold code, or that nobody can read without running the tool that wrote them.</summary>
    private static void Refuse(ReadOnlySpan<byte> prefix)
    {
        const string torch =
            "Nothing of it is run here. Read the model where its class is: concat_client.read(model, input_shape) in clients/python makes "
            + "a spec of it, and torch.onnx.export a file that is read here.";
        var isZip = prefix.StartsWith("PK\u0003\u0004"u8);
        if (prefix is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
            throw Unsupported("This is an HDF5 file. Save the structure: model.save(\"net.keras\"), or model.to_json() as text.");
        if (prefix is [0x80, >= 2 and <= 5, ..])
            throw Unsupported($"This is a pickle, as torch.save writes it. {torch}");
        if (isZip && (Has(prefix, "data.pkl"u8) || Has(prefix, "constants.pkl"u8)))
            throw Unsupported($"This is a file of torch.save or TorchScript: a zip with a pickle. {torch}");
        if ((isZip && Has(prefix, "saved_model.pb"u8)) || prefix is [0x08, 0x01, 0x12, ..])
            throw Unsupported(
                "This is a SavedModel, a graph of TensorFlow. Save the structure: model.save(\"net.keras\") or model.to_json(); or "
                    + "convert it with tf2onnx."
            );
        if (prefix is [_, _, _, _, _, _, _, 0, (byte)'{', ..])
            throw Unsupported("This is a safetensors file: it has weights and no structure. Send the file that has the structure.");
    }

    private static bool Has(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> part) => bytes.IndexOf(part) >= 0;

    private static ImportException Unsupported(string message) => new("import.unsupported_format", message);

    private static bool IsSpec(string text) =>
        text.Contains("\"layers\"", StringComparison.Ordinal)
        && text.Contains("\"type\"", StringComparison.Ordinal)
        && !text.Contains("\"class_name\"", StringComparison.Ordinal);

    /// <summary>An ONNX model begins with a small field: its version (1), its producer (2) or its graph (7).</summary>
    private static bool IsProtobuf(ReadOnlySpan<byte> prefix) => prefix is [0x08, < 100, ..] or [0x12, ..] or [0x3a, ..] or [0x42, ..];
}
