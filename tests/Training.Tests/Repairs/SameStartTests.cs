using System.Text.Json;
using ConcatService.Domain.Repairs;
using ConcatService.Training.Data;
using ConcatService.Training.Repairs;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Repairs;

/// <summary>A norm that is put into a trained network changes no answer before the first step.</summary>
[Collection("libtorch")]
public sealed class SameStartTests
{
    private const string Plain = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "fine", "type": "conv2d", "inputs": ["image"], "out_channels": 6, "kernel_size": 3, "activation": "relu" },
            { "name": "a", "type": "global_avg_pool" },
            { "name": "coarse", "type": "conv2d", "inputs": ["image"], "out_channels": 5, "kernel_size": 5, "activation": "relu" },
            { "name": "b", "type": "global_avg_pool" },
            { "name": "merge", "type": "concat", "inputs": ["a", "b"] },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    [Theory]
    [InlineData("scaled", "batch_norm_ends")]
    [InlineData("dead", "norm_before_activation")]
    public void A_batch_norm_with_running_statistics_as_weight_and_bias_preserves_the_function(string code, string id)
    {
        using var data = TestTraining.Pictures(512, 64);
        var settings = TestTraining.Settings("{}");
        var candidate = RepairCandidates
            .For(JsonElement.Parse(Plain), settings.ToJson(), data.Info, [new RepairFinding(code, "merge", "a", 0, "")])
            .Single(each => each.Id == id);
        random.manual_seed(5);
        using var plain = new TorchModel(TestTraining.Plan(Plain));
        using var normed = new TorchModel(candidate.Plan);
        Initializers.Fill(plain, settings.Initialization);
        Initializers.Fill(normed, settings.Initialization);
        using var prepared = new TrainingData(data, settings, plain.Plan, CPU);
        using var scope = NewDisposeScope();
        var batch = prepared.Some(256);
        var resolved = settings.Resolve(Machines.This(), DataBindingOf(plain, data));
        var (a, b) = (Network.Of(plain, data.Info, resolved.Loss), Network.Of(normed, data.Info, resolved.Loss));
        Assert.InRange(SameStart.Difference(a, b, batch), 1e-3, double.PositiveInfinity);

        SameStart.Copy(plain, normed);
        SameStart.Calibrate(plain, normed, batch);

        Assert.InRange(SameStart.Difference(a, b, batch), 0, SameStart.Tolerance);
        normed.Training = true;                                                                 // and the norm works in training
        Assert.Contains(normed.Parameters, parameter => parameter.Key.EndsWith("running_mean", StringComparison.Ordinal)
            && parameter.Tensor.abs().sum().item<float>() > 0);
    }

    private static IReadOnlyList<(string, Domain.Data.DataTarget)> DataBindingOf(TorchModel model, DataSet data) =>
        Domain.Data.DataBinding.Of(model.Plan, data.Info).Outputs(model.Plan, data.Info);
}
