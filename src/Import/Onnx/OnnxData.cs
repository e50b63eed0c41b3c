using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Onnx;

/// <summary>What a name of the graph stands for: a layer or input of the spec, a tensor of the file, or numbers about shapes.</summary>
internal sealed record OnnxData
{
    /// <summary>In place of the size of the batch.</summary>
    public const long Batch = long.MinValue;

    /// <summary>In place of a size that is no number.</summary>
    public const long Open = long.MinValue + 1;

    public string? Layer { get; init; }

    /// <summary>A layer whose batch the file has in another place than the first; <see cref="Layer"/> is null then.</summary>
    public OnnxView? View { get; init; }

    /// <summary>A tensor whose values the file has.</summary>
    public FileTensor? Tensor { get; init; }

    /// <summary>For a tensor of weights: its name, also where it is transposed.</summary>
    public string? Origin { get; init; }

    /// <summary>For the numbers of one tensor of the file, as they are or with rows as columns; null for others.</summary>
    public TensorSource? Source { get; init; }

    /// <summary>Whether the graph makes the tensor, which is then no weight.</summary>
    public bool IsMade { get; init; }

    /// <summary>For a constant that the graph computes in more than one dimension: its elements.</summary>
    public OnnxGrid? Grid { get; init; }

    /// <summary>For numbers in rows: how many a row has.</summary>
    public int? Width { get; init; }

    /// <summary>Whole numbers, such as the sizes of a tensor.</summary>
    public IReadOnlyList<long>? Numbers { get; init; }

    /// <summary>For numbers: whether they are one number and no list.</summary>
    public bool IsScalar { get; init; }

    /// <summary>For sizes, each: the layer that has it, and the axis; null for other numbers.</summary>
    public IReadOnlyList<(string Layer, int Axis)?>? Sources { get; init; }

    public (string Layer, int Axis)? SourceOf(int number) => Sources is { } known && number < known.Count ? known[number] : null;

    public static OnnxData Of(string layer) => new() { Layer = layer };

    public static OnnxData Of(OnnxView view) => new() { View = view };

    public static OnnxData Of(FileTensor tensor) =>
        new() { Tensor = tensor, Numbers = tensor.Dims.Count <= 1 ? tensor.Wholes : null, IsScalar = tensor.Dims.Count == 0 };

    public static OnnxData Of(IReadOnlyList<long> numbers, bool isScalar = false) => new() { Numbers = numbers, IsScalar = isScalar };

    /// <summary>The only number of a constant of one element.</summary>
    public double? Scalar =>
        Tensor is { Count: 1, Numbers: [var number] } ? number
        : Numbers is [var whole] && whole is not (Batch or Open) ? whole
        : Tensor is { Count: 1, Wholes: [var value] } ? value
        : null;
}
