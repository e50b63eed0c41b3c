using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Training.Optimizers;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Optimizers;

/// <summary>Three steps against PyTorch's own optimizers (torch 1.13.1) from the same weights with the same gradients.</summary>
[Collection("libtorch")]
public sealed class OptimizerTests
{
    [Fact]
    public void AdamW_steps_as_PyTorchs_does() =>
        Assert.Equal([0.9704710841178894f, -1.9694030284881592f, 0.47665053606033325f], ThreeSteps(AdamSettings.AdamW(), 0.01), Near);

    [Fact]
    public void Adam_decays_inside_the_gradient_as_PyTorchs_does() =>
        Assert.Equal(
            [0.9702142477035522f, -1.9700024127960205f, 0.4748289883136749f],
            ThreeSteps(AdamSettings.Adam() with { WeightDecay = 0.1 }, 0.01),
            Near
        );

    [Fact]
    public void Sgd_with_momentum_and_decay_steps_as_PyTorchs_does() =>
        Assert.Equal(
            [0.8993528485298157f, -1.876685619354248f, 0.4070213735103607f],
            ThreeSteps(new SgdSettings { WeightDecay = 0.01 }, 0.1),
            Near
        );

    [Fact]
    public void Nesterov_looks_ahead_as_PyTorchs_does() =>
        Assert.Equal(
            [0.8544099926948547f, -1.839020013809204f, 0.388729989528656f],
            ThreeSteps(new SgdSettings { Nesterov = true }, 0.1),
            Near
        );

    [Theory]
    [InlineData(0), InlineData(0.1)]
    public void NAdam_steps_as_PyTorchs_does(double decay) =>
        Assert.Equal(
            TheirSteps(weights => optim.NAdam([weights], 0.01, weight_decay: decay)),
            ThreeSteps(new NAdamSettings { WeightDecay = decay }, 0.01),
            Near
        );

    [Theory]
    [InlineData(0, 0), InlineData(0.1, 0.9)]
    public void RmsProp_steps_as_PyTorchs_does(double decay, double momentum) =>
        Assert.Equal(
            TheirSteps(weights => optim.RMSProp([weights], 0.01, weight_decay: decay, momentum: momentum)),
            ThreeSteps(new RmsPropSettings { WeightDecay = decay, Momentum = momentum }, 0.01),
            Near
        );

    [Fact]
    public void The_first_AdamW_step_is_the_formulas()
    {
        // m = 0.1 g, v = 0.001 g², both corrected give g and g²: w (1 - lr λ) - lr g / (|g| + ε), whatever the size of g.
        var weights = Steps(AdamSettings.AdamW() with { WeightDecay = 0.5 }, 0.1, [[0.001f, -7, 0]]);

        Assert.Equal([(1 * 0.95f) - 0.1f, (-2 * 0.95f) + 0.1f, 0.5f * 0.95f], weights, (a, b) => Math.Abs(a - b) < 2e-6);
    }

    [Fact]
    public void Clipping_by_norm_scales_all_gradients_alike()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        using var optimizer = Optimizer.For(new SgdSettings(), model);
        model.Parameters[0].Tensor.grad!.copy_(tensor([3f, 4f, 0f]).reshape(1, 3));

        optimizer.Clip(new() { Norm = 1 });

        Assert.Equal([0.6f, 0.8f, 0], model.Parameters[0].Tensor.grad!.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) < 1e-6;

    private static readonly float[][] Gradients = [[0.1f, -0.2f, 0.3f], [0.2f, -0.2f, 0.1f], [0.3f, -0.2f, -0.1f]];

    private static float[] ThreeSteps(OptimizerSettings settings, double rate) => Steps(settings, rate, Gradients);

    /// <summary>The same by TorchSharp's own optimizer.</summary>
    private static float[] TheirSteps(Func<TorchSharp.Modules.Parameter, optim.Optimizer> make)
    {
        using var scope = NewDisposeScope();
        var weights = nn.Parameter(tensor([1f, -2f, 0.5f]));
        using var optimizer = make(weights);
        foreach (var gradient in Gradients)
        {
            weights.grad = tensor(gradient);
            optimizer.step();
        }

        return weights.detach().data<float>().ToArray();
    }

    private static float[] Steps(OptimizerSettings settings, double rate, float[][] gradients)
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        using (no_grad())
            model.Parameters[0].Tensor.copy_(tensor([1f, -2f, 0.5f]).reshape(1, 3));
        using var optimizer = Optimizer.For(settings, model);
        foreach (var gradient in gradients)
        {
            optimizer.ZeroGradient();
            model.Parameters[0].Tensor.grad!.copy_(tensor(gradient).reshape(1, 3));
            optimizer.Step(rate);
        }

        return model.Parameters[0].Tensor.detach().data<float>().ToArray();
    }

    private static TorchModel Model() => new(Compiler.Compile(Encoding.UTF8.GetBytes(
        """{ "inputs": { "x": { "shape": [3] } }, "layers": [ { "type": "linear", "out_features": 1, "bias": false } ] }""")).Plan!);
}
