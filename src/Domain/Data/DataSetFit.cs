using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Data;

/// <summary>Whether a network can be trained on a data set: says what differs and which edit of the spec would fit.</summary>
public static class DataSetFit
{
    /// <summary>Reports everything that keeps this plan from being trained on this data with these settings.</summary>
    public static void Check(Plan plan, DataSetInfo data, TrainingSettings settings, Report report)
    {
        CheckInput(plan, data, report);
        CheckOutput(plan, data, report);
        var samples = data.TrainingSamples(settings.ValidationSplit);
        if (settings.BatchSize > samples)
            report.Error(Codes.OutOfRange, SpecPath.Root["settings"]["batch_size"], $"batch_size is {settings.BatchSize} and {data.Name} has {samples} training samples after the validation split. Take at most {samples}.");
    }

    private static void CheckInput(Plan plan, DataSetInfo data, Report report)
    {
        if (plan.Inputs.Count != 1)
        {
            report.Error(Codes.DataInput, SpecPath.Root["inputs"], $"The network has {plan.Inputs.Count} inputs and {data.Name} gives one picture a sample. Keep one input.");
            return;
        }

        var input = plan.Inputs[0];
        var sample = Written(data.SampleShape, plan.Layout);
        if (input.Shape.DType != DType.Float32)
            report.Error(Codes.DataInput, input.Path["dtype"], $"{input.Name} is {input.Shape.DType.ToString().ToLowerInvariant()} and {data.Name} gives float32. Leave 'dtype' out.");
        var fits = input.Shape.Rank - 1 == sample.Length && input.Shape.Dims.Skip(1).Zip(sample, (dim, size) => dim.IsKnown && dim.Value == size).All(same => same);
        if (!fits)
            report.Error(Codes.DataInput, input.Path["shape"], $"{input.Name} is {input.Shape.Sizes} and a sample of {data.Name} is {string.Join('x', sample)} ({plan.Layout.ToString().Replace("Channels", "channels_").ToLowerInvariant()}). Set 'shape' to [{string.Join(", ", sample)}].");
    }

    private static void CheckOutput(Plan plan, DataSetInfo data, Report report)
    {
        if (plan.Outputs.Count != 1)
        {
            report.Error(Codes.DataOutput, SpecPath.Root["outputs"], $"The network has {plan.Outputs.Count} outputs and classification takes one. Keep the one with {data.Classes.Count} features.");
            return;
        }

        var output = plan.Outputs[0];
        var shape = plan.Shapes[output.Wire];
        var layer = plan.Layers.FirstOrDefault(layer => layer.Name == output.Wire.Source);
        var path = layer?.Path ?? SpecPath.Root["outputs"];
        if (shape.Rank != 2)
            report.Error(Codes.DataOutput, path, $"{output.Name} gives {shape.Sizes} for a sample and classification takes one number for each of the {data.Classes.Count} classes of {data.Name}. Put global_avg_pool and linear with out_features {data.Classes.Count} behind it.", output.Name);
        else if (!shape.Dims[1].IsKnown || shape.Dims[1].Value != data.Classes.Count)
            report.Error(Codes.DataOutput, Sized(plan, layer) is { } sized ? sized.Path["out_features"] : path, $"{output.Name} gives {shape.Sizes} numbers and {data.Name} has {data.Classes.Count} classes. Set out_features of the last linear layer to {data.Classes.Count}.", output.Name);
    }

    /// <summary>The linear layer that decides how many numbers the output has: the output itself, or the one before its activation.</summary>
    private static PlannedLayer? Sized(Plan plan, PlannedLayer? layer)
    {
        while (layer is { Inputs.Length: 1 } && layer.Operator.Kind != "linear")
            layer = plan.Layers.FirstOrDefault(before => before.Name == layer.Inputs[0].Source);
        return layer?.Operator.Kind == "linear" ? layer : null;
    }

    private static long[] Written(IReadOnlyList<long> channelsFirst, Layout layout) =>
        layout == Layout.ChannelsFirst ? [.. channelsFirst] : [.. channelsFirst.Skip(1), channelsFirst[0]];
}
