using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Joins its inputs along one axis, in the order listed.</summary>
/// <remarks>
/// Shapes: <c>[N, C1, H, W], …, [N, Ck, H, W]</c> give <c>[N, C1+…+Ck, H, W]</c> on the channel axis; every other dimension must be equal.
/// Parameters and MACs: none. Sources: ONNX Concat-13; torch.cat.
/// </remarks>
[Kind("concat")]
public sealed record Concat : Operator, IMerge
{
    /// <summary>The axis to join along. Default: channels. The batch axis is refused: it would mix samples.</summary>
    public AxisName Axis { get; init; } = Domain.Shapes.Axis.Channels;

    /// <summary>
    /// What to do when spatial sizes differ: error, auto, pool, stride, upsample, crop or pad. Default: error. Joins along the channels
    /// only.
    /// </summary>
    public Align Align { get; init; }

    /// <summary>
    /// What mixes the branches: none, conv1x1, se, eca, cbam, l2norm, gate, gmu or aff, with options as <c>{ "type": … }</c>. Default:
    /// none. Joins along the channels only.
    /// </summary>
    public Fusion Fuse { get; init; } = new NoFusion();

    public override bool Expands => Fuse is not NoFusion || Align != Align.Error;

    public override Arity Arity => Arity.AtLeast(1);

    public Code Degenerate => Codes.ConcatDegenerate;

    public override Footprint Footprint => Footprint.PassesGradient with { Format = NumberFormat.AsGiven };

    [SpecIgnore]
    public AxisName? JoinedAxis => Axis;

    public Combination Combination => Combination.Joined;

    [SpecIgnore]
    public string? FusedBy => Fuse is NoFusion ? null : Fuse.Kind;

    protected override IEnumerable<EditableAttribute> OwnEdits => [new("axis", EditEffect.Features | EditEffect.Sizes, AxesFor)];

    public override Shape? Infer(ShapeContext context)
    {
        var inputs = context.Inputs;
        var (sameRank, sameDType, sameAxes) = (true, true, true);
        foreach (var input in inputs)
            (sameRank, sameDType, sameAxes) = (
                sameRank && input.Rank == inputs[0].Rank,
                sameDType && input.DType == inputs[0].DType,
                sameAxes && input.SameAxes(inputs[0])
            );
        if (!sameRank)
            return Mismatches.Report(context, null, [], Codes.ConcatRank);
        if (Axis.PositionIn(inputs[0]) is not { } position)
            return Mismatches.Report(context, null, [], Codes.ConcatAxis, "the axis to join along is not there.");
        if (position == 0)
            return Mismatches.Report(context, 0, [], Codes.ConcatBatchAxis, "joining along the batch would mix samples.");
        var differing = Mismatches.Differing(inputs, position);
        var dims = inputs[0].Dims.ToArray();
        if (differing.Count > 0 && !Mismatches.Meet(context, position, differing, Codes.ConcatShape, dims, Requirement.Equal))
            return null;
        if (!sameDType)
            return Mismatches.Report(context, position, [], Codes.ConcatDType);
        if (!sameAxes)
            return Mismatches.Report(context, position, [], Codes.ConcatShape);

        for (var i = 1; i < inputs.Length; i++)
            dims[position] += inputs[i].Dims[position];
        return inputs[0].With(dims);                                                             // [N, C1+…+Ck, H, W]
    }

    public override Wire? Expand(Expansion expansion)
    {
        if (Align != Align.Error)
        {
            if (Alignment.Of(expansion, Align) is not { } aligned)
                return null;
            expansion = aligned;
        }

        var context = expansion.ShapeContext;
        if (Infer(context) is not { } joined)
            return null;
        var primitive = this with { Fuse = new NoFusion(), Align = Align.Error };
        if (Fuse is NoFusion)
            return expansion.Finish(primitive, [.. expansion.Inputs]);
        if (joined.Axes[Axis.PositionIn(joined)!.Value] == Domain.Shapes.Axis.Channels)
            return Fuse.Fuse(expansion, primitive);
        context.Error(
            Codes.ConcatAxis,
            $"fuse {Fuse.Kind} weighs features, and the branches are joined along {Axis}. Join along the channels, or leave fuse out."
        );
        return null;
    }

    public string Repeated(int input, string sizes) =>
        $"the same {sizes} stands there twice, and every layer behind has weights for both copies";

    /// <summary>The axes along which the inputs, joined, have the wanted size.</summary>
    private static IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted) =>
        Enumerable
            .Range(1, Math.Max(0, layer.Input.Rank - 1))
            .Where(position =>
                Array.TrueForAll(layer.InputShapes, input => input.Rank == wanted.Rank)
                && layer.InputShapes.Select(input => input.Dims[position]).Aggregate((sum, size) => sum + size) == wanted.Dims[position]
            )
            .Select(position => (JsonNode)layer.Input.Axes[position].Name());

    public override void EmitOnnx(OnnxScope onnx) =>
        onnx.Add("Concat", ("axis", (long)onnx.Layer.Output.IndexOfPosition(Axis.PositionIn(onnx.Layer.Input)!.Value)));

    public static IEnumerable<Example> Examples =>
    [
        new("two branches", new Concat(), [3, 8, 8], [5, 8, 8]),
        new("three branches", new Concat(), [1, 5, 7], [2, 5, 7], [3, 5, 7]),
        new("time", new Concat { Axis = Domain.Shapes.Axis.Time }, [4, 16], [4, 9]),
        new("height by number", new Concat { Axis = new(default, -2) }, [4, 3, 5], [4, 6, 5]) { ChannelsFirstOnly = true },
        new("features", new Concat(), [7], [9]),
        new("align auto", new Concat { Align = Align.Auto }, [3, 8, 6], [5, 4, 3]),
        new("align pool", new Concat { Align = Align.Pool }, [3, 8, 7], [5, 4, 3]),
        new("align stride", new Concat { Align = Align.Stride }, [3, 8, 7], [5, 4, 4]),
        new("align upsample, three branches", new Concat { Align = Align.Upsample }, [3, 8, 6], [5, 4, 3], [2, 2, 2]),
        new("align crop", new Concat { Align = Align.Crop }, [3, 8, 7], [5, 5, 5]),
        new("align pad and fuse", new Concat { Align = Align.Pad, Fuse = new Conv1x1Fusion() }, [3, 8], [5, 5]),
        new("fuse conv1x1", new Concat { Fuse = new Conv1x1Fusion() }, [3, 6, 5], [8, 6, 5]),
        new(
            "fuse conv1x1, own width, no norm",
            new Concat { Fuse = new Conv1x1Fusion { OutChannels = 4, Norm = null, Activation = new Activation { Kind = "silu" } } },
            [3, 7],
            [4, 7]
        ),
        new("fuse se", new Concat { Fuse = new SeFusion { Reduction = 2 } }, [6, 6, 5], [8, 6, 5]),
        new("fuse eca", new Concat { Fuse = new EcaFusion() }, [6, 6, 5], [8, 6, 5]),
        new("fuse cbam", new Concat { Fuse = new CbamFusion { Reduction = 2, KernelSize = 3 } }, [6, 6, 5], [8, 6, 5]),
        new("fuse l2norm", new Concat { Fuse = new L2NormFusion() }, [3, 6, 5], [8, 6, 5]),
        new("fuse l2norm, features", new Concat { Fuse = new L2NormFusion { Scale = 20 } }, [7], [9]),
        new("fuse gate", new Concat { Fuse = new GateFusion() }, [3, 6, 5], [8, 6, 5]),
        new("fuse gate, features", new Concat { Fuse = new GateFusion() }, [3], [8], [2]),
        new("fuse gmu", new Concat { Fuse = new GmuFusion() }, [3, 6, 5], [8, 6, 5]),
        new("fuse gmu, three branches", new Concat { Fuse = new GmuFusion { OutChannels = 6 } }, [3, 6, 5], [8, 6, 5], [2, 6, 5]),
        new("fuse gmu, features", new Concat { Fuse = new GmuFusion() }, [7], [9]),
        new("fuse aff", new Concat { Fuse = new AffFusion { Reduction = 2 } }, [8, 6, 5], [8, 6, 5]),
        new("fuse aff, three widths", new Concat { Fuse = new AffFusion { Reduction = 1 } }, [8, 6, 5], [3, 6, 5], [5, 6, 5]),
    ];
}
