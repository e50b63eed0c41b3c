using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Telemetry;

namespace ConcatService.Domain.Repairs;

/// <summary>What may mend a job, finding by finding, the cause before the symptom: the input, the branch, the optimizer.</summary>
internal sealed class Proposals(Compilation compiled, TrainingSettings settings)
{
    private readonly Plan _plan = compiled.Plan!;
    private readonly IReadOnlyList<ConcatNode> _merges = ConcatNode.Of(compiled.Plan!);

    /// <summary>What is tried where the findings leave room for it.</summary>
    public IEnumerable<Proposal> General => [.. Rates(), Clip()];

    public IEnumerable<Proposal> For(RepairFinding finding)
    {
        var merge = _merges.FirstOrDefault(node => node.Name == finding.Layer);
        return finding.Code switch
        {
            "scaled" or "ignored" or "starved" or "unequal_inputs" => [.. Normalize(), .. OfScale(merge)],
            "dead" => [.. Normalize(), .. NormsBefore(), .. Leaky(merge, finding.Branch), .. Rates()],
            "collapsed" or "cancelling" => [.. Normalize(), .. NormsBefore(), .. OfScale(merge), .. Rates()],
            "diverged" or "exploded" => [.. Normalize(), Clip(), .. Rates(), .. NormsBefore()],
            "chance" => [.. Normalize(), .. Rates(), .. NormsBefore()],
            "train.high_dropout" => LessDropout(finding.Layer),
            "concat.bottleneck" => Wider(finding.Layer),
            _ => [.. NormsBefore(), .. Rectified()],                                            // saturation
        };
    }

    private IEnumerable<Proposal> Normalize()
    {
        if (!settings.Normalize)
            yield return new(
                "normalize",
                "Each input channel is standardized by the training split, so that no input outweighs another by its unit.",
                [Set("/settings/normalize", true)]
            );
    }

    /// <summary>At one merge; where a finding names none, at every one.</summary>
    private IEnumerable<Proposal> OfScale(ConcatNode? at)
    {
        List<ConcatNode> merges = at is null ? [.. _merges.Where(node => node.Joins)] : [at];
        var ends = new JsonArray();
        foreach (var node in merges.Where(node => node.Joins))
        {
            var patch = new PatchWriter(compiled, node.Layer);
            for (var i = 0; i < node.Branches.Count; i++)
            {
                if (node.Layer.InputShapes[i].DType == Shapes.DType.Float32)
                    patch.Insert(i, "scale", new JsonObject { ["type"] = "batch_norm" });
            }

            foreach (var operation in patch.Patch)
                ends.Add(Moved(operation!));
        }

        // Layers that are inserted move what is behind them: of several merges in one list the paths would be wrong.
        if (merges.Count == 1)
            yield return new("batch_norm_ends", "Every branch ends in a batch_norm, so that all have the same scale at the merge.", ends);
        foreach (var node in merges.Where(node => node.Layer.Operator is IMerge { JoinedAxis: not null, FusedBy: null }).Take(1))
            yield return new(
                "l2norm",
                "The merge divides each branch by its length, so that none outweighs another.",
                [Set($"/architecture{node.Layer.Path}/fuse", "l2norm")]
            );
    }

    /// <summary>A batch_norm before the activation of every convolution and linear layer that has none.</summary>
    private IEnumerable<Proposal> NormsBefore()
    {
        var patch = new JsonArray();
        foreach (var layer in Written.Of(compiled.Spec).Where(layer => layer is { Norm: null, Activation: not null }))
        {
            if (layer.Operator.Effect.HasFlag(Effect.Weighs) && layer.Operator.FeatureFlow == FeatureFlow.Mixed)
                patch.Add(Set($"/architecture{layer.Path}/norm", "batch_norm"));
        }

        yield return new(
            "norm_before_activation",
            "A batch_norm stands before each activation, so that its inputs stay where its slope is.",
            patch
        );
    }

    /// <summary>In the layers that the branch alone is computed from; without a branch, everywhere.</summary>
    private IEnumerable<Proposal> Leaky(ConcatNode? merge, string? branch)
    {
        var own = merge is null ? null : Written.PathsOf(_plan, merge, branch);
        var patch = new JsonArray();
        foreach (var layer in Written.Of(compiled.Spec).Where(layer => own?.Contains(layer.Path.ToString()) != false))
        {
            if (Dies(layer.Activation))
                patch.Add(Set($"/architecture{layer.Path}/activation", "leaky_relu"));
            else if (Dies(layer.Operator))
                patch.Add(Set($"/architecture{layer.Path}/type", "leaky_relu"));
        }

        yield return new("leaky_relu", "leaky_relu in place of relu: what is negative keeps a gradient, so no unit stays dead.", patch);
    }

    /// <summary>Whether a unit has no gradient below 0.</summary>
    private static bool Dies(Operator? activation) => activation?.Nonlinearity?.Alive?.From == 0;

    private IEnumerable<Proposal> Rectified()
    {
        var patch = new JsonArray();
        foreach (var layer in Written.Of(compiled.Spec))
        {
            if (layer.Activation is { Kind: "sigmoid" or "tanh" } && !_plan.Outputs.Any(output => IsOf(output.Wire.Source, layer.Path)))
                patch.Add(Set($"/architecture{layer.Path}/activation", "relu"));
        }

        yield return new("relu", "relu in place of saturating activations, whose slope is next to 0 beyond ±5.", patch);
    }

    private IEnumerable<Proposal> LessDropout(string? layer)
    {
        foreach (var planned in _plan.Layers.Where(planned => planned.Name == layer))
            yield return new(
                "less_dropout",
                string.Create(CultureInfo.InvariantCulture, $"{layer} drops half of its numbers in place of {planned.Operator.DropRate}."),
                [Set($"/architecture{planned.Path}/p", 0.5)]
            );
    }

    private IEnumerable<Proposal> Wider(string? layer)
    {
        foreach (var planned in _plan.Layers.Where(planned => planned.Name == layer))
        {
            if (FeaturesOf(planned.Input) is not { } before || FeaturesOf(planned.Output) is not { } own)
                continue;
            var attribute = planned.Operator.Window is null ? "out_features" : "out_channels";
            var width = Math.Max(own + 1, before / 4);
            yield return new(
                "wider",
                string.Create(CultureInfo.InvariantCulture, $"{layer} gives {width} features in place of {own}."),
                [Set($"/architecture{planned.Path}/{attribute}", width)]
            );
        }
    }

    private IEnumerable<Proposal> Rates()
    {
        var peak = settings.Optimizer.Lr.Given ?? settings.Optimizer.AutoLr;
        foreach (var divisor in new[] { 3, 10 })
        {
            var rate = double.Parse((peak / divisor).ToString("g3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"lr_{divisor}"),
                string.Create(CultureInfo.InvariantCulture, $"The learning rate is {rate:g3} in place of {peak:g3}."),
                [Set("/settings/optimizer", OptimizerWith(rate))]
            );
        }
    }

    private static Proposal Clip() =>
        new(
            "clip",
            "Gradients are clipped to a norm of 1, so that no step is large.",
            [Set("/settings/gradient_clip", new JsonObject { ["norm"] = 1 })]
        );

    /// <summary>With all of its other options, whichever way the job gave them.</summary>
    private JsonObject OptimizerWith(double rate)
    {
        var json = JsonNode.Parse(settings.ToJson().GetProperty("optimizer").GetRawText())!.AsObject();
        json["lr"] = rate;
        return json;
    }

    private static long? FeaturesOf(Shapes.Shape shape) =>
        shape.Has(Shapes.Axis.Channels) ? shape[Shapes.Axis.Channels].Known : null;

    private bool IsOf(string layer, SpecPath path) =>
        _plan.Layers.FirstOrDefault(planned => planned.Name == layer)?.Path.ToString() == path.ToString();

    private static JsonObject Set(string path, JsonNode? value) => new JsonObject { ["op"] = "add", ["path"] = path, ["value"] = value };

    /// <summary>An operation on the spec as one on the job.</summary>
    private static JsonNode Moved(JsonNode operation)
    {
        var moved = operation.DeepClone();
        moved["path"] = $"/architecture{(string)operation["path"]!}";
        return moved;
    }
}
