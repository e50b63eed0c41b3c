using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Interleaves the channels of the groups: the first of each group, then the second of each, and so on.</summary>
/// <remarks>
/// Shapes: <c>[N, C, …]</c>, unchanged. Parameters and MACs: none. Sources: Zhang et al. 2018 (ShuffleNet); torch.nn.ChannelShuffle; ONNX
/// Gather-13.
/// </remarks>
[Kind("channel_shuffle")]
public sealed record ChannelShuffle : Operator
{
    /// <summary>Number of groups, at least 1; the number of channels must be a multiple of it.</summary>
    [Between(1)]
    public required long Groups { get; init; }

    public override Footprint Footprint => Footprint.Nothing;

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.HasFeatures(out var channels) || !context.HasFeaturesFirst())
            return null;
        return channels % Groups == 0
            ? context.Input
            : context.Error(
                Codes.NotDivisible,
                $"groups is {Groups}, and the {channels} channels that arrive must be a multiple of it.",
                new Wanted { MultipleOf = Groups, Values = [.. Divisors.Of("groups", Groups, channels, "group")] }
            );
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var channels = onnx.Layer.Input[Axis.Channels].Value;
        long[] order = [.. Enumerable.Range(0, (int)channels).Select(i => (i % Groups * (channels / Groups)) + (i / Groups))];
        onnx.Add("Gather", [onnx.Input, onnx.Constant(order)], ("axis", 1L));
    }

    public static IEnumerable<Example> Examples =>
        [new("two groups", new ChannelShuffle { Groups = 2 }, [6, 3, 4]), new("three groups", new ChannelShuffle { Groups = 3 }, [6, 5])];
}
