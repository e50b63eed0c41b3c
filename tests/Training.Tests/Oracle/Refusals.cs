using System.Runtime.InteropServices;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Operators;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>
/// Asks libtorch whether it refuses a layer too, and lists by name where a spec is stricter than libtorch on purpose. A rule counts only
/// where libtorch runs the layer.
/// </summary>
public static class Refusals
{
    /// <summary>A deviation that is wanted.</summary>
    /// <param name="Name">How it is counted.</param>
    /// <param name="Reason">Why libtorch's answer does not matter there.</param>
    /// <param name="Covers">Whether a refusal of this layer, given these inputs, is one of it.</param>
    private sealed record Rule(string Name, string Reason, Func<Diagnostic, Operator, Shape[], bool> Covers);

    /// <summary>What libtorch is not asked, since it would take the process down.</summary>
    private static readonly Rule[] Fatal =
    [
        new(
            "a transposed convolution that is refused",
            "libtorch 2.10 ends the process in oneDNN where a group has no output or a size is below one",
            (_, op, _) => op is ConvTranspose
        ),
        new(
            "a matrix product that is refused",
            "TorchSharp 0.107 lets no exception out of matmul: the process ends",
            (_, op, _) => op is MatMul
        ),
    ];

    private static readonly Rule[] Rules =
    [
        new(
            "a tensor of the network's own",
            "libtorch has no layer without inputs that could refuse",
            (_, op, _) => op is LearnedTensor
        ),
        new(
            "axes have meanings",
            "libtorch counts dimensions; a spec names them, and a layer in the wrong order would compute something else than it says",
            (each, _, _) => each.Code == Codes.LayerAxes
        ),
        new(
            "no sample without a batch",
            "libtorch takes [C, H, W] for a map without a batch; a spec's tensors always have one",
            (each, _, _) => each.Code == Codes.LayerRank
        ),
        new(
            "whole numbers are not computed with",
            "libtorch lets some layers take int64, ONNX Runtime few; the spec asks for a cast",
            (each, _, _) => each.Code == Codes.LayerDType
        ),
        new(
            "no dtype promotion",
            "libtorch widens silently at a merge, ONNX Runtime refuses",
            (each, _, _) => each.Code == Codes.ConcatDType || each.Code == Codes.MergeDType
        ),
        new("the batch is not joined", "a concat along it would mix samples", (each, _, _) => each.Code == Codes.ConcatBatchAxis),
        new(
            "an axis by name",
            "libtorch knows numbers only; fusions weigh the features",
            (each, op, _) => each.Code == Codes.ConcatAxis && op is Concat
        ),
        new(
            "equal ranks at an element-wise merge",
            "libtorch stretches missing dimensions from the left, which would meet the batch",
            (each, _, _) => each.Code == Codes.MergeRank
        ),
        new(
            "the batch is not touched",
            "flatten, permute, expand and reshape work within a sample",
            (each, op, inputs) => each.Code == Codes.OutOfRange && TouchesBatch(op, inputs[0].Rank)
        ),
        new(
            "as many dimensions as arrive",
            "libtorch's expand puts new ones before the batch",
            (each, op, inputs) => each.Code == Codes.OutOfRange && op is Expand expand && expand.Shape.Each.Count != inputs[0].Rank - 1
        ),
        new(
            "a number of copies for each dimension",
            "libtorch's repeat puts new dimensions before the batch; and only whole copies make another layer's size",
            (each, op, inputs) =>
                op is Tile tile
                && (each.Code == Codes.LayerShape || (each.Code == Codes.OutOfRange && tile.Repeats.Each.Count != inputs[0].Rank - 1))
        ),
        new(
            "a width that was declared",
            "PyTorch makes the weights for it and refuses another; what is asked here takes them from the shapes",
            (each, op, _) =>
                each.Code == Codes.DeclaredWidth
                || (
                    each.Code == Codes.OutOfRange
                    && op is LayerNorm { NormalizedShape: { Count: > 1 } } or RmsNorm { NormalizedShape: { Count: > 1 } }
                )
        ),
        new(
            "padding does not cut",
            "libtorch's pad cuts where the numbers are negative; a spec has center_crop",
            (each, op, _) => op is Pad && each.Code == Codes.LayerShape
        ),
        new(
            "padding by axis",
            "libtorch takes a list for fewer or more dimensions; pad1d has two sides, pad2d four",
            (each, op, _) => op is Pad { Padding.IsOne: false } && each.Code == Codes.OutOfRange
        ),
        new(
            "like a layer without that axis",
            "there is no such size to take; libtorch knows no axes",
            (_, op, inputs) => op.Like is not null && inputs[0].SpatialAxes.Any(axis => !inputs[^1].Has(axis))
        ),
        new(
            "as many values as keys",
            "PyTorch asserts it in Python; libtorch's fused attention reads past the shorter of them",
            (each, op, _) => op is MultiHeadAttention or Attention && each.Code == Codes.LayerShape
        ),
        new(
            "a padding_idx that is looked up",
            "PyTorch refuses others in Python, before libtorch sees them",
            (each, op, _) => op is Embedding && each.Code == Codes.OutOfRange
        ),
        new(
            "no corners to align",
            "PyTorch refuses align_corners for mode nearest in Python, before libtorch sees it",
            (each, op, _) => op is Upsample { AlignCorners: true, Mode: Operators.UpsampleMode.Nearest } && each.Code == Codes.OutOfRange
        ),
        new(
            "an axis stays",
            "libtorch reduces a sample to one number; a spec's tensors have an axis behind the batch",
            (each, op, _) => op is Reduce && each.Code == Codes.OutOfRange
        ),
        new(
            "limits in their order",
            "libtorch makes every number the upper limit where it is the smaller one",
            (each, op, _) => op is Clamp && each.Code == Codes.OutOfRange
        ),
        new(
            "a name for each dimension",
            "libtorch knows no axes",
            (each, op, _) => op is Reshape { Axes: not null } && each.Code == Codes.OutOfRange
        ),
        new(
            "a placeholder's promise",
            "what it promises is told once; libtorch knows no such layer",
            (each, op, _) => op is Opaque && each.Code == Codes.OutOfRange
        ),
        new(
            "one step at a time",
            "inside of time_distributed libtorch would see the steps of all samples beside what is outside",
            (each, _, _) => each.Code == Codes.UnknownInput
        ),
        new(
            "axes in one order at a merge",
            "equal sizes on axes of other meaning are joined by libtorch",
            (each, _, inputs) =>
                (each.Code == Codes.MergeShape || each.Code == Codes.ConcatShape)
                && inputs.Any(input => input.Rank == inputs[0].Rank && !input.SameAxes(inputs[0]))
        ),
    ];

    /// <summary>The names of the rules with their reasons.</summary>
    public static IEnumerable<(string Name, string Reason)> Named => Rules.Concat(Fatal).Select(rule => (rule.Name, rule.Reason));

    /// <summary>Who agrees with a refusal: the name of a rule, "libtorch", or null for nobody.</summary>
    public static string? AgreesWith(Diagnostic refusal, Compilation compiled)
    {
        var layer = compiled.Planned.Rows.FirstOrDefault(row => row.Layer.Name == refusal.Layer && row.Planned is null).Layer;
        if (layer is null)
            return null;
        var inputs = Array.ConvertAll(layer.Inputs, wire => compiled.Planned.Shapes[wire]);
        if (Array.Find(Fatal, rule => rule.Covers(refusal, layer.Operator, inputs)) is { } fatal)
            return fatal.Name;
        var op = layer.Operator is Concat concat ? concat with { Fuse = new NoFusion(), Align = Align.Error } : layer.Operator;
        if (!op.Expands && Refuses(layer with { Operator = op }, inputs))
            return "libtorch";
        return Array.Find(Rules, rule => rule.Covers(refusal, layer.Operator, inputs))?.Name;
    }

    /// <summary>Whether libtorch throws at the layer's form on tensors of the shapes that arrive; our shape rule is not asked.</summary>
    private static bool Refuses(Layer layer, Shape[] inputs)
    {
        if (inputs.Length == 0)
            return false;
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        // The output is what nobody knows here; where a form looks at it, for the place of an axis, the input's does.
        var planned = new PlannedLayer(layer, inputs, [inputs[0]]);
        try
        {
            if (View(layer.Operator, inputs[0]) is { } view)
                return view.NumberOfElements == 0;
            if (layer.Operator is Concat && inputs.Any(input => input.Rank != inputs[0].Rank))
                return cat(Array.ConvertAll(inputs, TensorOf), 1).NumberOfElements == 0;         // the axis may not be one of the first's
            if (layer.Operator is Stack)
                return stack(Array.ConvertAll(inputs, TensorOf), 1).NumberOfElements == 0;       // the new axis is in no shape yet
            var parameters = layer.Operator.Parameters(planned).ToDictionary(each => each.Name, each => zeros(each.Dims));
            var outputs = new TorchLayer(planned, parameters).Run(Array.ConvertAll(inputs, TensorOf));
            return outputs.Any(output => output.NumberOfElements == 0);                          // a tensor of nothing is no result
        }
        catch (Exception refused) when (refused is ExternalException or ArgumentException)
        {
            return true;
        }
        catch (Exception unasked) when (unasked is InvalidOperationException or IndexOutOfRangeException)
        {
            return false; // our form of the layer looks for an axis that is not there: a named rule has to cover it
        }
    }

    /// <summary>What only looks at its input in another way, by libtorch's function of that name on the tensor as written.</summary>
    private static Tensor? View(Operator op, Shape input) => op switch
    {
        Reshape reshape => Written(input).reshape([2, .. reshape.Shape.ToArray()]),
        Flatten flatten => Written(input).flatten(flatten.StartDim, flatten.EndDim),
        Permute permute => Written(input).permute(permute.Dims.ToArray()),
        Expand { Shape.Like: null } expand => Written(input).expand([2, .. expand.Shape.Each.ToArray()]),
        _ => null,
    };

    private static bool TouchesBatch(Operator op, int rank) => op switch
    {
        Flatten flatten => flatten.StartDim == 0 || flatten.StartDim == -rank || flatten.EndDim == 0 || flatten.EndDim == -rank,
        Permute permute => permute.Dims.Count == rank && permute.Dims[0] is not 0 && permute.Dims[0] != -rank,
        _ => false,
    };

    private static Tensor TensorOf(Shape shape) =>
        zeros(TensorSizes.Of(shape, _ => 2), shape.DType == DType.Int64 ? ScalarType.Int64 : ScalarType.Float32);

    private static Tensor Written(Shape shape) => zeros([.. shape.Dims.Select(dim => dim.Evaluate(_ => 2))]);
}
