using ConcatService.Domain.Jobs;
using ConcatService.Training.Optimizers;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests;

[Collection("libtorch")]
public sealed class FreezeTests
{
    private const string Spec = """
        { "inputs": { "x": { "shape": [3] } }, "layers": [
            { "name": "body", "type": "linear", "out_features": 4 }, { "name": "norm", "type": "batch_norm" },
            { "name": "drop", "type": "dropout", "p": 0.5 }, { "name": "y", "type": "linear", "out_features": 2 } ] }
        """;

    [Theory]
    [InlineData("adamw"), InlineData("sgd"), InlineData("adam"), InlineData("nadam"), InlineData("rmsprop")]
    public void A_frozen_layer_keeps_its_bits_and_another_moves_by_its_factor(string optimizer)
    {
        var plain = Step($$"""{ "optimizer": "{{optimizer}}" }""");
        var tuned = Step($$"""{ "optimizer": "{{optimizer}}", "freeze": ["body", "norm"], "learning_rates": { "y": 0.5 } }""");
        Assert.Equal(tuned["body.weight"].Before, tuned["body.weight"].After);
        Assert.Equal(tuned["norm.weight"].Before, tuned["norm.weight"].After);
        Assert.NotEqual(plain["body.weight"].Before, plain["body.weight"].After);
        Assert.All(
            tuned["y.weight"].After.Zip(tuned["y.weight"].Before, plain["y.weight"].After),
            each => Assert.Equal((each.Third - each.Second) / 2, each.First - each.Second, 1e-6f)
        );
    }

    [Fact]
    public void Statistics_of_a_frozen_norm_stay_and_its_dropout_is_off()
    {
        var settings = TestTraining.Settings("""{ "freeze": ["body", "norm", "drop"] }""");
        using var model = new TorchModel(TestTraining.Plan(Spec));
        Initializers.Fill(model, Initialization.He);
        LayerRates.Freeze(model, settings);
        model.Training = true;
        var mean = model.Parameters.Single(parameter => parameter.Key == "norm.running_mean").Tensor;
        using var scope = NewDisposeScope();
        var before = mean.data<float>().ToArray();
        var x = ones(8, 3);
        var (first, second) = (model.Forward(x)[0], model.Forward(x)[0]);
        Assert.Equal(first.data<float>().ToArray(), second.data<float>().ToArray());
        Assert.Equal(before, mean.data<float>().ToArray());
        Assert.False(model.Parameters.Single(parameter => parameter.Key == "body.weight").Tensor.requires_grad);
    }

    /// <summary>One step on the same gradient, of ones, wherever there is one.</summary>
    private static Dictionary<string, (float[] Before, float[] After)> Step(string json)
    {
        var settings = TestTraining.Settings(json);
        using var model = new TorchModel(TestTraining.Plan(Spec));
        random.manual_seed(1);
        Initializers.Fill(model, Initialization.Pytorch);
        LayerRates.Freeze(model, settings);
        using var optimizer = LayerRates.Scaled(Optimizer.For(settings.Optimizer, model), settings, model);
        using var scope = NewDisposeScope();
        var trainable = model.Parameters.Where(parameter => parameter.Declared.Trainable).ToList();
        var before = trainable.ToDictionary(parameter => parameter.Key, parameter => Values(parameter.Tensor));
        optimizer.Gradient.fill_(1);
        optimizer.Step(0.01);
        return trainable.ToDictionary(parameter => parameter.Key, parameter => (before[parameter.Key], Values(parameter.Tensor)));
    }

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
