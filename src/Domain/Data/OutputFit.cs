using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Data;

/// <summary>
/// Whether an output of a network can be compared with a target. Two classes may be told by one number: below or above 0, as before a
/// sigmoid.
/// </summary>
internal sealed class OutputFit(Plan plan, GraphOutput output, DataTarget target, string dataset, Report report)
{
    private readonly Shape _shape = plan.Shapes[output.Wire];
    private readonly PlannedLayer? _layer = plan.Layers.FirstOrDefault(layer => layer.Name == output.Wire.Source);

    public void Check()
    {
        if (_shape.DType != DType.Float32)
            Fault(
                $"{output.Name} is {_shape.DType.ToString().ToLowerInvariant()}, and only float32 can be trained. Take the layer before "
                    + $"the cast."
            );
        else if (target.Task == LearningTask.Segmentation)
            CheckPlaces();
        else if (target.Task == LearningTask.Regression)
            CheckNumbers();
        else
            CheckScores();
    }

    private int Classes => target.Classes.Count;

    private void CheckScores()
    {
        if (_shape.Rank != 2)
            Fault(
                $"{output.Name} gives {_shape.Sizes} for a sample and {target.Task.Name()} takes one number for each of the "
                    + $"{Classes} classes of {dataset}. Put global_avg_pool and linear with out_features {Classes} behind it."
            );
        else if (!IsFeatures(_shape.Dims[1]))
            FaultOfFeatures($"{output.Name} gives {_shape.Sizes} numbers and {dataset} has {Classes} classes.", Classes);
    }

    private void CheckPlaces()
    {
        var wanted = string.Join('x', target.Shape);
        var places = _shape.Has(Axis.Channels)
            ? _shape.Dims.Where((_, position) => position > 0 && position != _shape.Position(Axis.Channels)).ToList()
            : [];
        if (places.Count != target.Shape.Count || _shape.Rank != target.Shape.Count + 2)
            Fault(
                $"{output.Name} gives {_shape.Sizes} for a sample and segmentation takes {Classes} numbers at each of {wanted} places. "
                    + $"End in a convolution with out_channels {Classes}, without pooling over the places."
            );
        else if (!Same(places, target.Shape))
            Fault(
                $"{output.Name} gives {string.Join('x', places)} places and the targets of {dataset} have {wanted}. Put upsample with "
                    + $"size [{string.Join(", ", target.Shape)}] behind it, or give the strides back on the way."
            );
        else if (!IsFeatures(_shape[Axis.Channels]))
            FaultOfFeatures($"{output.Name} gives {_shape.Sizes} and {dataset} has {Classes} classes.", Classes);
    }

    private void CheckNumbers()
    {
        if (_shape.Rank == 2 && target.Shape is [var features])
        {
            if (!(_shape.Dims[1].IsKnown && _shape.Dims[1].Value == features))
                FaultOfFeatures($"{output.Name} gives {_shape.Sizes} numbers and the target of {dataset} is {features}.", features);
        }
        else if (_shape.Rank != target.Shape.Count + 1 || !Same([.. _shape.Dims.Skip(1)], target.Shape))
        {
            Fault(
                $"{output.Name} gives {_shape.Sizes} for a sample and the target of {dataset} is {string.Join('x', target.Shape)}. End in "
                    + $"layers that give exactly this."
            );
        }
    }

    private bool IsFeatures(Dim features) =>
        features.IsKnown && (features.Value == Classes || (features.Value == 1 && Classes == 2 && target.Task != LearningTask.Multilabel));

    private static bool Same(IReadOnlyList<Dim> dims, IReadOnlyList<long> sizes) =>
        dims.Zip(sizes, (dim, size) => dim.IsKnown && dim.Value == size).All(same => same);

    private void Fault(string message) => report.Error(Codes.DataOutput, _layer?.Path ?? SpecPath.Root["outputs"], message, output.Name);

    /// <summary>A wrong number of features is the fault of the layer that decides it.</summary>
    private void FaultOfFeatures(string message, long wanted)
    {
        if (Sized() is { } layer && Width(layer, wanted) is var (attribute, value))
            report.Error(
                Codes.DataOutput,
                layer.Path[attribute],
                $"{message} Set {attribute} of the last {layer.Operator.Kind} layer to {value}.",
                output.Name
            );
        else
            Fault($"{message} Put linear with out_features {wanted} behind it.");
    }

    private static (string Attribute, string Value)? Width(PlannedLayer layer, long wanted) =>
        layer.Operator.Width is { } width
        && width.Solve(layer, layer.Output.With(Axis.Channels, wanted)).FirstOrDefault() is { } value
            ? (width.Name, value.ToString())
            : null;

    /// <summary>
    /// The layer that decides how many features the output has: the output itself, or one before it that all others keep.
    /// </summary>
    private PlannedLayer? Sized()
    {
        for (var layer = _layer; layer is { Inputs.Length: 1 }; layer = Before(layer))
        {
            if (layer.Operator.Width is not null)
                return layer;
            if (Features(layer.Input) is not { } features || features != Features(layer.Output))
                return null;
        }

        return null;
    }

    private PlannedLayer? Before(PlannedLayer layer) => plan.Layers.FirstOrDefault(before => before.Name == layer.Inputs[0].Source);

    private static Dim? Features(Shape shape) => shape.Has(Axis.Channels) ? shape[Axis.Channels] : null;
}
