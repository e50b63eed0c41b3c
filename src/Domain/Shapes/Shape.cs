namespace ConcatService.Domain.Shapes;

/// <summary>
/// The type of a tensor: its dimensions in the order that the spec writes them, what each means, and the element type. The batch, <c>N</c>,
/// comes first.
/// </summary>
public sealed class Shape
{
    private readonly Dim[] _dims;
    private readonly Axis[] _axes;

    /// <param name="dims">All dimensions, the batch first.</param>
    /// <param name="axes">The meaning of each, as many as there are dimensions.</param>
    /// <param name="dtype">The element type.</param>
    public Shape(Dim[] dims, Axis[] axes, DType dtype = DType.Float32)
    {
        if (dims.Length != axes.Length)
            throw new ArgumentException($"{dims.Length} dimensions and {axes.Length} axes.", nameof(axes));
        _dims = dims;
        _axes = axes;
        DType = dtype;
        // A map or sequence with its features last is kept features-first in memory, as libtorch and ONNX want it; everything else as
        // written.
        FeatureMovesFirst = axes.Length >= 3 && axes[^1] == Axis.Channels && AreSpatial(axes.AsSpan(1..^1));
        ElementsPerSample = Product(dims.AsSpan(1..));
    }

    public IReadOnlyList<Dim> Dims => _dims;

    public IReadOnlyList<Axis> Axes => _axes;

    /// <summary><see cref="Dims"/>, for what every layer of every spec passes through.</summary>
    internal ReadOnlySpan<Dim> DimSpan => _dims;

    public DType DType { get; }

    /// <summary>How many dimensions, the batch counted.</summary>
    public int Rank => _dims.Length;

    /// <summary>
    /// Whether the tensor that carries this shape has its feature axis moved to position 1 (a channels-last map, or a sequence [time,
    /// features]).
    /// </summary>
    public bool FeatureMovesFirst { get; }

    public Dim this[Axis axis] => _dims[Position(axis)];

    /// <summary>Whether some dimension is written as this size.</summary>
    public bool Has(Dim size) => Array.IndexOf(_dims, size) >= 0;

    public bool Has(Axis axis) => Array.IndexOf(_axes, axis) >= 0;

    /// <summary>Where the axis stands as written; the batch is 0. Throws when the shape has no such axis.</summary>
    public int Position(Axis axis)
    {
        var position = Array.IndexOf(_axes, axis);
        return position >= 0 ? position : throw new InvalidOperationException($"{this} has no {axis.Name()} axis.");
    }

    /// <summary>Where the axis stands in the tensor that libtorch and ONNX Runtime see.</summary>
    public int Index(Axis axis) => IndexOfPosition(Position(axis));

    /// <summary>Where a written position stands in the tensor that libtorch and ONNX Runtime see.</summary>
    public int IndexOfPosition(int position) =>
        !FeatureMovesFirst || position == 0 ? position : position == Rank - 1 ? 1 : position + 1;

    /// <summary>The spatial axes (time, depth, height, width) in written order.</summary>
    public IEnumerable<Axis> SpatialAxes => _axes.Where(axis => axis.IsSpatial());

    public Shape With(Axis axis, Dim size) => With(Position(axis), size);

    /// <summary>The shape with another size at a written position.</summary>
    public Shape With(int position, Dim size)
    {
        var dims = (Dim[])_dims.Clone();
        dims[position] = size;
        return new(dims, _axes, DType);
    }

    /// <summary>What windows that slide over the spatial axes give.</summary>
    /// <param name="window">The window along a spatial dimension, counted from 0.</param>
    /// <param name="features">The size of the feature axis; as it is when null.</param>
    public Shape Convolved(Func<int, Window> window, long? features = null)
    {
        var dims = (Dim[])_dims.Clone();
        var dimension = 0;
        for (var i = 0; i < dims.Length; i++)
        {
            if (_axes[i].IsSpatial())
                dims[i] = window(dimension++).Size(dims[i]);
            else if (_axes[i] == Axis.Channels && features is { } size)
                dims[i] = size;
        }

        return new(dims, _axes, DType);
    }

    /// <summary>The shape with other sizes, as many.</summary>
    public Shape With(Dim[] dims) => new(dims, _axes, DType);

    public Shape With(DType dtype) => new(_dims, _axes, dtype);

    /// <summary>Elements in one sample, or null when a dimension other than the batch is symbolic.</summary>
    public long? ElementsPerSample { get; }

    /// <summary>Places in one sample: the product of the spatial dimensions, or null when one is symbolic.</summary>
    public long? Positions
    {
        get
        {
            var product = 1L;
            for (var i = 1; i < _dims.Length; i++)
            {
                if (_axes[i] == Axis.Channels)
                    continue;
                if (!_dims[i].IsKnown)
                    return null;
                product = Saturating.Multiply(product, _dims[i].Value);
            }

            return product;
        }
    }

    /// <summary>Whether sizes, axes and element type are the same.</summary>
    public bool IsSame(Shape other) =>
        ReferenceEquals(this, other) || (DType == other.DType && SameSizes(other) && SameAxes(other));

    public bool SameAxes(Shape other) => _axes.AsSpan().SequenceEqual(other._axes);

    public bool SameSizes(Shape other) => _dims.AsSpan().SequenceEqual(other._dims);

    /// <summary>As people write it without the batch: <c>64x28x28</c>.</summary>
    public string Sizes => string.Join('x', _dims.Skip(1).Select(dim => dim.IsKnown ? dim.ToString() : $"[{dim}]"));

    /// <summary>The spatial part alone: <c>28x28</c>.</summary>
    public string SpatialSizes => string.Join('x', SpatialAxes.Select(axis => this[axis].ToString()));

    public override string ToString() => $"[{string.Join(", ", _dims)}]";

    private static long? Product(ReadOnlySpan<Dim> dims)
    {
        var product = 1L;
        foreach (var dim in dims)
        {
            if (!dim.IsKnown)
                return null;
            product = Saturating.Multiply(product, dim.Value);
        }

        return product;
    }

    private static bool AreSpatial(ReadOnlySpan<Axis> axes)
    {
        foreach (var axis in axes)
        {
            if (!axis.IsSpatial())
                return false;
        }

        return true;
    }
}
