using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>What a concat does when its inputs differ in their spatial sizes.</summary>
public enum Align
{
    /// <summary>Reports the mismatch with its fixes.</summary>
    Error,

    /// <summary>The best-ranked of the others: upsampling to the largest branch.</summary>
    Auto,

    /// <summary>Average-pools the larger branches to the smallest.</summary>
    Pool,

    /// <summary>Brings the larger branches to the smallest by strided 3x3 convolutions.</summary>
    Stride,

    /// <summary>Upsamples the smaller branches to the largest.</summary>
    Upsample,

    /// <summary>Center-crops the larger branches to the smallest.</summary>
    Crop,

    /// <summary>Pads the smaller branches with zeros.</summary>
    Pad,
}

/// <summary>Puts visible layers (<c>NAME/align0</c>) before a concat, so that its branches meet.</summary>
internal static class Alignment
{
    /// <summary>
    /// The expansion with aligned inputs; the same one where nothing can be done, whose mismatch is then reported as usual. Null after
    /// reporting that what is to be done depends on the symbols' sizes.
    /// </summary>
    public static Expansion? Of(Expansion expansion, Align align)
    {
        var inputs = expansion.ShapeContext.Inputs;
        if (inputs.Any(input => !input.SameAxes(inputs[0]) || !input.SpatialAxes.Any() || !input.Has(Axis.Channels)))
            return expansion;
        var towardFine = align is Align.Auto or Align.Upsample or Align.Pad;
        var target =
            inputs.Any(input => input.Positions is null) ? Symbolic(expansion.ShapeContext, towardFine, align)
            : towardFine ? Array.IndexOf(inputs, inputs.MaxBy(input => input.Positions))
            : Array.IndexOf(inputs, inputs.MinBy(input => input.Positions));
        if (target < 0)
            return Undecided(expansion, align);
        var wires = new Wire[inputs.Length];
        for (var i = 0; i < wires.Length; i++)
        {
            var fits = inputs[i].SpatialAxes.All(axis => inputs[i][axis] == inputs[target][axis]);
            if ((fits ? expansion.Inputs[i] : Add(expansion, i, target, align)) is not { } wire)
                return expansion;
            wires[i] = wire;
        }

        return expansion.With(wires);
    }

    /// <summary>
    /// The input that is nowhere smaller (or larger) than another, whatever the sizes; -1 where none is, or where the way there depends on
    /// the sizes.
    /// </summary>
    private static int Symbolic(ShapeContext context, bool towardFine, Align align) =>
        align is Align.Pool or Align.Stride
            ? -1
            : Array.FindIndex(
                context.Inputs,
                one =>
                    context.Inputs.All(other =>
                        one.SpatialAxes.All(axis =>
                            context
                                .Conditions.Decide(
                                    towardFine ? Requirement.AtLeast(one[axis], other[axis]) : Requirement.AtLeast(other[axis], one[axis])
                                )
                                .Answer == Answer.Always
                        )
                    )
            );

    private static Expansion? Undecided(Expansion expansion, Align align)
    {
        var inputs = expansion.ShapeContext.Inputs;
        var differing = Enumerable
            .Range(1, inputs[0].Rank - 1)
            .Where(position =>
                inputs[0].Axes[position].IsSpatial() && inputs.Any(input => input.Dims[position] != inputs[0].Dims[position])
            )
            .ToList();
        if (differing.Count == 0)
            return expansion;
        var sizes = expansion.ShapeContext.NamedInputs.Select(input => $"{input.Name} is {input.Shape.SpatialSizes}");
        Mismatches.Report(
            expansion.ShapeContext,
            null,
            differing,
            Codes.ConcatShape,
            $"align is {align.ToString().ToLowerInvariant()}, and what that comes to depends on the sizes: "
                + $"{string.Join(", ", sizes)}. Write the layers that align them, or give sizes as numbers."
        );
        return null;
    }

    private static Wire? Add(Expansion expansion, int input, int target, Align align)
    {
        var (shape, goal) = (expansion.ShapeContext.Inputs[input], expansion.ShapeContext.Inputs[target]);
        var (wire, like) = (expansion.Inputs[input], expansion.Inputs[target]);
        var spatial = shape.SpatialAxes.Count();
        var size = new TargetSize(0, like.ToString());
        var part = $"align{input}";
        return align switch
        {
            Align.Pool => expansion.Add(
                part,
                new AvgPool { Kind = Twins.Of("avg_pool", spatial), KernelSize = Ratios(shape, goal, (from, to) => from / to) },
                wire
            ),
            Align.Stride => expansion.Add(
                part,
                new Conv
                {
                    Kind = Twins.Of("conv", spatial),
                    OutChannels = shape[Axis.Channels].Value,
                    KernelSize = 3,
                    Stride = Ratios(shape, goal, (from, to) => (from + to - 1) / to),
                    Padding = 1,
                },
                wire
            ),
            Align.Crop => expansion.Add(part, new CenterCrop { Size = size }, wire, like),
            Align.Pad => expansion.Add(part, new Pad { Kind = Twins.Of("pad", spatial), Size = size }, wire, like),
            _ => expansion.Add(part, new Upsample { Size = size }, wire, like),
        };
    }

    private static long[] Ratios(Shape shape, Shape goal, Func<long, long, long> ratio) =>
        [.. shape.SpatialAxes.Select(axis => Math.Max(1, ratio(shape[axis].Value, goal[axis].Value)))];
}
