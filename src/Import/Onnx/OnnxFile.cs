namespace ConcatService.Import.Onnx;

/// <summary>The part of an ONNX model that tells its structure. Values of large tensors are not in it.</summary>
internal sealed class OnnxFile
{
    public long IrVersion { get; set; }

    public string Producer { get; set; } = "";

    /// <summary>The version of the default operator set.</summary>
    public long Opset { get; set; } = 1;

    public bool HasGraph { get; set; }

    public List<FileNode> Nodes { get; } = [];

    public Dictionary<string, FileTensor> Tensors { get; } = [];

    public List<FileValue> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];
}

/// <param name="Number">Its position in the file, from 1.</param>
internal sealed record FileNode(int Number)
{
    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public string Name { get; set; } = "";

    public string Type { get; set; } = "";

    public string Domain { get; set; } = "";

    public Dictionary<string, FileAttribute> Attributes { get; } = [];

    public long? Whole(string name) => Attributes.GetValueOrDefault(name)?.Whole;

    public double? Real(string name) => Attributes.GetValueOrDefault(name)?.Number;

    public string? Text(string name) => Attributes.GetValueOrDefault(name)?.Text;

    public List<long>? Wholes(string name) => Attributes.GetValueOrDefault(name)?.Wholes is { Count: > 0 } list ? list : null;

    public FileTensor? Tensor(string name) => Attributes.GetValueOrDefault(name)?.Tensor;
}

internal sealed class FileAttribute
{
    public double? Number { get; set; }

    public long? Whole { get; set; }

    public string? Text { get; set; }

    public List<long> Wholes { get; } = [];

    public List<double> Numbers { get; } = [];

    public FileTensor? Tensor { get; set; }
}

/// <summary>A tensor: its sizes, and its values where they are few.</summary>
internal sealed class FileTensor
{
    public const int Float = 1, Int32 = 6, Int64 = 7, Double = 11;

    public List<long> Dims { get; } = [];

    public int Type { get; set; }

    /// <summary>Whole numbers; null where there are too many or they are of another type.</summary>
    public List<long>? Wholes { get; set; }

    public List<double>? Numbers { get; set; }

    /// <summary>The number that all of its elements are; null where they differ or are not known.</summary>
    public double? Fill
    {
        get => field ?? (Numbers is [var first, ..] && Numbers.TrueForAll(number => number == first) ? (double?)first : null);
        init;
    }

    public long Count => Dims.Aggregate(1L, (a, b) => Domain.Shapes.Saturating.Multiply(a, Math.Max(0, b)));
}

/// <summary>A named input.</summary>
/// <param name="Sizes">Each a long, a symbol, or null where it is open; null where there is no shape.</param>
internal sealed record FileValue(string Name, int Type, IReadOnlyList<object?>? Sizes);
