using ConcatService.Domain.Shapes;
using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Repairs;

/// <summary>Has a changed network begin with what the unchanged one knows.</summary>
internal static class SameStart
{
    /// <summary>Of the largest answer, as in the comparison with the exported model.</summary>
    public const double Tolerance = 1e-5;

    private static readonly string[] Calibrated = ["running_mean", "running_var", "weight", "bias"];

    /// <summary>Every parameter that both have, by its name, where the sizes are the same. The others stay as they are.</summary>
    public static void Copy(TorchModel from, TorchModel to)
    {
        using var untracked = no_grad();
        var known = from.Parameters.ToDictionary(parameter => parameter.Key);
        foreach (var parameter in to.Parameters)
        {
            if (known.TryGetValue(parameter.Key, out var own) && own.Declared.Dims.SequenceEqual(parameter.Declared.Dims))
                parameter.Tensor.copy_(own.Tensor);
        }
    }

    /// <summary>
    /// Has every batch norm that the other network lacks give back what it gets: its running statistics are those of what arrives, and
    /// weight and bias undo them.
    /// </summary>
    /// <param name="batch">Training samples, in evaluation mode.</param>
    public static void Calibrate(TorchModel from, TorchModel to, Batch batch)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var known = from.Plan.Layers.Select(layer => layer.Name).ToHashSet();
        var added = to.Layers.Where(layer => !known.Contains(layer.Plan.Name)).ToList();
        to.Training = false;
        var values = to.Run([.. added.Select(layer => layer.Plan.Inputs[0])], batch.Inputs);
        foreach (var layer in added)
        {
            if (layer.Plan.Operator.VarianceFloor is not { } floor || !Calibrated.All(layer.Parameters.ContainsKey))
                continue;
            var x = values[layer.Plan.Inputs[0]].to(ScalarType.Float32);
            var axis = layer.Plan.Input.Index(Axis.Channels);
            var rows = x.transpose(0, axis).reshape(x.shape[axis], -1);                         // [C, all else]
            var (mean, variance) = (rows.mean([1]), rows.var(1, unbiased: false));
            layer["running_mean"].copy_(mean);
            layer["running_var"].copy_(variance);
            layer["weight"].copy_((variance + floor).sqrt());
            layer["bias"].copy_(mean);
        }
    }

    /// <summary>The largest difference of the answers of two networks, divided by the largest answer of the first.</summary>
    public static double Difference(Network a, Network b, Batch batch)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        (a.Model.Training, b.Model.Training) = (false, false);
        var (peak, most) = (0.0, 0.0);
        foreach (var (own, other) in a.Scores(batch.Inputs).Zip(b.Scores(batch.Inputs)))
        {
            peak = Math.Max(peak, own.abs().max().item<float>());
            most = Math.Max(most, (own - other).abs().max().item<float>());
        }

        return peak > 0 ? most / peak : most;
    }
}
