using ConcatService.Domain.Graphs;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Operators;

/// <summary>Cuts an axis into parts, which are known as <c>NAME:0</c>, <c>NAME:1</c>, ….</summary>
/// <remarks>Shapes: <c>[N, C, H, W]</c> gives <c>[N, C1, H, W]</c>, <c>[N, C2, H, W]</c>, …. Parameters and MACs: none. Sources: torch.split; ONNX Split-13.</remarks>
[Kind("split")]
public sealed record Split : Operator
{
    /// <summary>How many equal parts, at least 1, or the size of each.</summary>
    [Between(1)]
    public required Integers Sections { get; init; }

    /// <summary>The axis to cut; not the batch. Default: channels.</summary>
    public AxisName Axis { get; init; } = Domain.Shapes.Axis.Channels;

    public override bool HasPorts => true;

    public override Shape[]? InferAll(Site site)
    {
        if (AxesOf.Position(site, Axis) is not { } position)
            return null;
        var input = site.Input;
        if (input.Dims[position].Known is not { } size)
        {
            site.Error(Codes.LayerShape, $"split needs a known size and {input.Axes[position].Name()} is {input.Dims[position]}. Give it as a number.");
            return null;
        }

        if (Sections.IsOne && (Sections[0] > MaxParts || size % Sections[0] != 0))
        {
            site.Error(Codes.NotDivisible, $"sections is {Sections[0]}, and {input.Axes[position].Name()}, {size}, must be a multiple of it{(Sections[0] > MaxParts ? $", with at most {MaxParts} parts" : "")}. List the sizes for unequal parts.");
            return null;
        }

        var parts = Parts(size);
        if (parts.Sum() == size)
            return [.. parts.Select(part => input.With(position, part))];                        // [N, C, H, W] -> [N, C1, H, W], [N, C2, H, W]
        site.Error(Codes.LayerShape, $"sections {Sections} sum to {parts.Sum()} and {input.Axes[position].Name()} is {size}. Make them sum to {size}.");
        return null;
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var index = AxesOf.Index(onnx.Layer.Input, Axis);
        onnx.AddAll("Split", [onnx.Input, onnx.Constant([.. onnx.Layer.Outputs.Select(output => output.Dims[Axis.PositionIn(output)!.Value].Value)])], ("axis", (long)index));
    }

    internal long[] Parts(long size) => Sections.IsOne ? [.. Enumerable.Repeat(size / Sections[0], (int)Sections[0])] : Sections.ToArray();

    private const long MaxParts = 1024;

    public static IEnumerable<Example> Examples =>
    [
        new("equal parts", new Split { Sections = 3 }, [6, 5, 4]) { Outputs = 3 },
        new("listed parts", new Split { Sections = new long[] { 1, 4 } }, [5, 4, 3]) { Outputs = 2 },
        new("height", new Split { Sections = 2, Axis = Domain.Shapes.Axis.Height }, [3, 6, 4]) { Outputs = 2 },
        new("features", new Split { Sections = 2 }, [8]) { Outputs = 2 },
    ];
}
