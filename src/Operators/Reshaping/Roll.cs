using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

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

    public override Shape? Infer(ShapeContext context) => AxesOf.Position(context, Axis) is null ? null : context.Input;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var index = AxesOf.Index(onnx.Layer.Input, Axis);
        var size = onnx.Layer.Input.Dims[Axis.PositionIn(onnx.Layer.Input)!.Value].Known;
        if (size is { } known && Shift % known == 0)
        {
            onnx.Add("Identity");
            return;
        }

        var cut = size is { } cells ? onnx.Constant(Rest(cells)) : OpenRest();
        var end = onnx.Part("Slice", [onnx.Input, cut, onnx.Constant(long.MaxValue), onnx.Constant(index)]);
        var start = onnx.Part("Slice", [onnx.Input, onnx.Constant(0), cut, onnx.Constant(index)]);
        onnx.Add("Concat", [end, start], ("axis", (long)index));

        // Where the axis is cut in two.
        long Rest(long all) => (all - (Shift % all)) % all;

        string OpenRest()
        {
            var all = onnx.Part("Slice", [onnx.Part("Shape", [onnx.Input]), onnx.Constant(index), onnx.Constant(index + 1)]);
            return onnx.Part("Sub", [all, onnx.Part("Mod", [onnx.Constant(Shift), all])]);
        }
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
