using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>How <see cref="Upsample"/> interpolates.</summary>
public enum UpsampleMode
{
    Nearest,
    /// <summary>Linear along the one axis of a sequence.</summary>
    Linear,
    /// <summary>Linear along both axes of a map.</summary>
    Bilinear,
    /// <summary>Linear along the three axes of a volume.</summary>
    Trilinear,
}

/// <summary>Resizes the spatial axes by a factor, or to a size.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C, ⌊H · scale⌋, …]</c>, or the size asked for. Parameters and MACs: none.
/// Sources: torch.nn.Upsample; ONNX Resize-13.
/// </remarks>
[Kind("upsample")]
public sealed record Upsample : Operator
{
    /// <summary>Multiplies each spatial size; the result is rounded down. Either this or <see cref="Size"/>.</summary>
    [Between(1.0 / 1024, 1024)]
    public Scale? ScaleFactor { get; init; }

    /// <summary>
    /// The output size, or <c>{ "like": LAYER }</c> for the size of another layer. Either this or <see cref="ScaleFactor"/>.
    /// </summary>
    [Between(1)]
    public TargetSize? Size { get; init; }

    /// <summary>nearest, linear (sequences), bilinear (maps) or trilinear (volumes). Default: nearest.</summary>
    public UpsampleMode Mode { get; init; }

    /// <summary>Aligns the centers of the corner elements, as in PyTorch; not for nearest. Default: false.</summary>
    public bool AlignCorners { get; init; }

    public override (string Attribute, string Layer)? Like => Size?.Like is { } layer ? ("size", layer) : null;

    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Resampling? Resampling => new(ScaleFactor);

    protected override IEnumerable<EditableAttribute> OwnEdits =>
        [ScaleFactor is null ? EditableAttributes.Size("size") : new("scale_factor", EditEffect.Sizes, FactorsFor)];

    public override Shape? Infer(ShapeContext context)
    {
        var spatial = context.Input.Rank - 2;
        if (spatial is < 1 or > 3)
            return context.Error(
                Codes.LayerRank,
                $"{Kind} works on sequences, maps and volumes and its input {context.Layer.Inputs[0]} has {context.Input.Rank - 1} "
                    + $"dimensions, {context.Input.Sizes}.",
                new Wanted { Axes = Axes.Default(3, context.Layout, DType.Float32) }
            );
        if (!context.IsDefaultOrder(spatial) || !IsWellFormed(context, spatial))
            return null;
        var output = context.Input;
        var dimension = 0;
        foreach (var axis in context.Input.SpatialAxes)
        {
            var size = Size is { } target ? Targets.SizeOf(context, target, axis, dimension) : Scaled(context, axis, dimension);
            if (size is not { } reached)
                return null;
            output = output.With(axis, reached);
            dimension++;
        }

        return output;                                                                           // [N, C, H, W] -> [N, C, H', W']
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer)
    {
        if (!axis.IsSpatial())
            return Rescaling.None;
        if (ScaleFactor is { } scale && Rational(scale[Windows.Dimension(layer.Input, axis)]) is { } factor)
            return new(factor.Numerator, factor.Denominator, 0);
        return layer.Input[axis].Known is { } before && layer.Output[axis].Known is { } after ? new(after, before, 0) : Rescaling.None;
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var spatial = onnx.Layer.Input.Rank - 2;
        (string, object)[] rule = Mode == UpsampleMode.Nearest
            ? [("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")]
            : [("mode", "linear"), ("coordinate_transformation_mode", AlignCorners ? "align_corners" : "half_pixel")];
        if (ScaleFactor is { } scale)
        {
            float[] factors = [1, 1, .. Enumerable.Range(0, spatial).Select(i => (float)scale[i])];
            onnx.Add("Resize", [onnx.Input, "", onnx.Floats(factors, factors.Length)], rule);
            return;
        }

        onnx.Add("Resize", [onnx.Input, "", "", Targets.OnnxSizes(onnx, Size!.Value)], rule);
    }

    private bool IsWellFormed(ShapeContext context, int spatial)
    {
        if (ScaleFactor is null == Size is null)
            return Refuse(
                Codes.MissingField,
                $"{Kind} takes either scale_factor or size. Give {(Size is null ? "one" : "only one")} of them."
            );
        if (ScaleFactor is { Count: > 1 } listed && listed.Count != spatial)
            return Refuse(
                Codes.OutOfRange,
                $"scale_factor lists {listed.Count} numbers and the input has {spatial} spatial dimension{(spatial == 1 ? "" : "s")}. "
                    + $"List {spatial}, or give one number for all."
            );
        if (Size is { Like: null } size && !Windows.HasOneEach(context, spatial, "size", size.Cells))
            return false;
        var linear = Linear(spatial);
        if (Mode != UpsampleMode.Nearest && Mode != linear)
            return Refuse(
                Codes.OutOfRange,
                $"mode {Mode.ToString().ToLowerInvariant()} is for {Named(Mode)}s and this is a {Named(linear)}. Use "
                    + $"{linear.ToString().ToLowerInvariant()}."
            );
        return !AlignCorners
            || Mode != UpsampleMode.Nearest
            || Refuse(
                Codes.OutOfRange,
                $"align_corners has no meaning for mode nearest. Use {linear.ToString().ToLowerInvariant()}, or leave align_corners out."
            );

        bool Refuse(Code code, string message) => context.Error(code, message) is not null;
    }

    /// <summary>The mode that interpolates along as many axes.</summary>
    public static UpsampleMode Linear(int spatial) => spatial switch
    {
        1 => UpsampleMode.Linear,
        2 => UpsampleMode.Bilinear,
        _ => UpsampleMode.Trilinear,
    };

    private static string Named(UpsampleMode mode) => mode switch
    {
        UpsampleMode.Linear => "sequence",
        UpsampleMode.Bilinear => "map",
        _ => "volume",
    };

    private Dim? Scaled(ShapeContext context, Axis axis, int dimension)
    {
        var factor = ScaleFactor!.Value[dimension];
        if (context.Input[axis].Known is { } size)
            return (long)Math.Floor(size * factor);
        if (Rational(factor) is { } exact)
            return (context.Input[axis] * exact.Numerator).FloorDivide(exact.Denominator);
        context.Error(
            Codes.LayerShape,
            $"scale_factor {factor} is no exact fraction, so the {axis.Name()} of {context.Input[axis]} times it cannot be written down. "
                + $"Use a factor like 2 or 1.5, or give size."
        );
        return null;
    }

    /// <summary>The factors for a wanted size, where they give it after rounding down.</summary>
    private static IEnumerable<JsonNode> FactorsFor(PlannedLayer layer, Shape wanted)
    {
        if (
            EditableAttributes.SpatialSizes(layer.Input) is not { } now
            || EditableAttributes.SpatialSizes(wanted) is not { } then
            || now.Length != then.Length
        )
            return [];
        var factors = now.Zip(then, (size, reached) => (double)reached / size).ToList();
        if (factors.Where((factor, i) => (long)Math.Floor(now[i] * factor) != then[i]).Any())
            return [];
        return [factors.Distinct().Count() == 1 ? factors[0] : new JsonArray([.. factors.Select(factor => (JsonNode)factor)])];
    }

    /// <summary>The factor as an exact fraction with a denominator up to 1024, or null.</summary>
    private static (long Numerator, long Denominator)? Rational(double factor)
    {
        for (var denominator = 1L; denominator <= 1024; denominator *= 2)
        {
            if (factor * denominator == Math.Floor(factor * denominator))
                return ((long)(factor * denominator), denominator);
        }

        return null;
    }

    public static IEnumerable<Example> Examples =>
    [
        new("nearest", new Upsample { ScaleFactor = 2 }, [3, 5, 4]),
        new("nearest, fraction", new Upsample { ScaleFactor = 1.5 }, [3, 5, 4]),
        new("nearest, smaller", new Upsample { ScaleFactor = 0.5 }, [3, 7, 8]),
        new("bilinear", new Upsample { ScaleFactor = 2, Mode = UpsampleMode.Bilinear }, [3, 5, 4]),
        new("bilinear, fraction", new Upsample { ScaleFactor = new[] { 1.5, 2.5 }, Mode = UpsampleMode.Bilinear }, [2, 5, 6]),
        new("bilinear, corners", new Upsample { ScaleFactor = 2, Mode = UpsampleMode.Bilinear, AlignCorners = true }, [3, 5, 4]),
        new("to a size", new Upsample { Size = (Extent)new long[] { 9, 7 } }, [3, 4, 5]),
        new("bilinear to a size", new Upsample { Size = 11, Mode = UpsampleMode.Bilinear }, [3, 4, 5]),
        new("to one", new Upsample { Size = 1, Mode = UpsampleMode.Bilinear }, [2, 4, 5]),
        new("like another layer", new Upsample { Size = new TargetSize(0, "x1"), Mode = UpsampleMode.Bilinear }, [3, 4, 5], [2, 9, 7]),
        new("like height and width of a volume", new Upsample { Size = new TargetSize(0, "x1") }, [3, 4, 5], [2, 3, 9, 7]),
        new("volume", new Upsample { ScaleFactor = 2 }, [2, 2, 3, 4]),
        new("volume, trilinear", new Upsample { ScaleFactor = 2, Mode = UpsampleMode.Trilinear }, [2, 3, 4, 5]),
        new(
            "volume, trilinear, corners",
            new Upsample { Size = (Extent)new long[] { 5, 7, 6 }, Mode = UpsampleMode.Trilinear, AlignCorners = true },
            [2, 3, 4, 5]
        ),
        new("volume like another", new Upsample { Size = new TargetSize(0, "x1") }, [2, 2, 3, 4], [1, 4, 5, 6]),
        new("sequence", new Upsample { ScaleFactor = 3 }, [3, 5]),
        new("sequence, linear", new Upsample { ScaleFactor = 2, Mode = UpsampleMode.Linear }, [3, 5]),
    ];
}
