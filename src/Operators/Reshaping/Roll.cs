using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Moves what lies along an axis on by a number of places; what leaves at one end comes in at the other.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.roll; ONNX Slice-13, Concat-13.</remarks>
[Kind("roll")]
public sealed record Roll : Operator
{
    /// <summary>The axis; not the batch.</summary>
    public required AxisName Axis { get; init; }

    /// <summary>How many places: positive towards the end, negative towards the start.</summary>
    public required long Shift { get; init; }

    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override Shape? Infer(ShapeContext context)
    {
        if (AxesOf.Position(context, Axis) is not { } position)
            return null;
        var size = context.Input.Dims[position];
        return
            size.IsKnown
            || context.Require(
                Codes.LayerShape,
                $"shift is {Shift} and {context.Input.Axes[position].Name()} {size}; an open size must be as large. Shift by less.",
                Requirement.AtLeast(size, Math.Abs(Shift))
            )
            ? context.Input
            : null;
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var index = AxesOf.Index(onnx.Layer.Input, Axis);
        var shift = onnx.Layer.Input.Dims[Axis.PositionIn(onnx.Layer.Input)!.Value].Known is { } size ? Shift % size : Shift;
        if (shift == 0)
        {
            onnx.Add("Identity");
            return;
        }

        var (end, start) = (Part(-shift, long.MaxValue), Part(0, -shift));
        onnx.Add("Concat", [end, start], ("axis", (long)index));

        string Part(long from, long to) =>
            onnx.Part("Slice", [onnx.Input, onnx.Constant(from), onnx.Constant(to), onnx.Constant(index)]);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("width", new Roll { Axis = Domain.Shapes.Axis.Width, Shift = 2 }, [3, 4, 5]),
        new("back", new Roll { Axis = Domain.Shapes.Axis.Height, Shift = -3 }, [3, 4, 5]),
        new("further than there is", new Roll { Axis = Domain.Shapes.Axis.Time, Shift = 13 }, [3, 5]),
        new("once around", new Roll { Axis = Domain.Shapes.Axis.Channels, Shift = -7 }, [7]),
        new("by number", new Roll { Axis = new(default, -1), Shift = 1 }, [3, 4, 5]) { ChannelsFirstOnly = true },
    ];
}
