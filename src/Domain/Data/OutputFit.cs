using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

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
                $"{output.Name} is {_shape.DType.ToString().ToLowerInvariant()}, and only float32 can be trained. Take the layer before the cast."
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
                $"{output.Name} gives {_shape.Sizes} for a sample and {DataSetFit.Word(target.Task)} takes one number for each of the {Classes} classes of {dataset}. Put global_avg_pool and linear with out_features {Classes} behind it."
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
                $"{output.Name} gives {_shape.Sizes} for a sample and segmentation takes {Classes} numbers at each of {wanted} places. End in a convolution with out_channels {Classes}, without pooling over the places."
            );
        else if (!Same(places, target.Shape))
            Fault(
                $"{output.Name} gives {string.Join('x', places)} places and the targets of {dataset} have {wanted}. Put upsample with size [{string.Join(", ", target.Shape)}] behind it, or give the strides back on the way."
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
                $"{output.Name} gives {_shape.Sizes} for a sample and the target of {dataset} is {string.Join('x', target.Shape)}. End in layers that give exactly this."
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
        if (Sized() is not ({ } layer, { } attribute))
            Fault($"{message} Put linear with out_features {wanted} behind it.");
        else
            report.Error(
                Codes.DataOutput,
                layer.Path[attribute],
                $"{message} Set {attribute} of the last {layer.Operator.Kind} layer to {wanted}.",
                output.Name
            );
    }

    /// <summary>The layer that decides how many features the output has: the output itself, or the one before its activation.</summary>
    private (PlannedLayer? Layer, string? Attribute) Sized()
    {
        for (
            var layer = _layer;
            layer is not null;
            layer = layer.Inputs.Length == 1 ? plan.Layers.FirstOrDefault(before => before.Name == layer.Inputs[0].Source) : null
        )
        {
            if (layer.Operator.Kind == "linear")
                return (layer, "out_features");
            if (layer.Operator.Kind.StartsWith("conv", StringComparison.Ordinal))
                return (layer, "out_channels");
            if (layer.Operator.Kind is "flatten" or "reshape" or "slice" or "pixel_shuffle") // behind these, features are something else
                break;
        }

        return default;
    }
}
