using ConcatService.Domain.Jobs;
using ConcatService.Training.Tests.Conformance;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests;

/// <summary>Every example of every operator in the middle of a training in bfloat16.</summary>
[Collection("libtorch")]
public sealed class PrecisionTests
{
    [Theory]
    [MemberData(nameof(ConformanceCase.Keys), MemberType = typeof(ConformanceCase))]
    public void A_layer_that_is_fed_bfloat16_computes_about_what_it_does_in_float32(string key)
    {
        using var scope = NewDisposeScope();
        var example = ConformanceCase.Of(key);
        using var model = Model(example);
        var narrow = Narrow(example);
        var wide = narrow.Select(x => x.is_floating_point() ? x.to(ScalarType.Float32) : x).ToArray();

        var expected = model.Forward([.. wide.Select(example.Written)]);
        model.Precision = ScalarType.BFloat16;
        var outputs = model.Forward([.. narrow.Select(example.Written)]);
        foreach (var (output, reference) in outputs.Zip(expected))
        {
            var peak = reference.to(ScalarType.Float64).abs().max().item<double>();
            // 8 bits of mantissa
            Assert.InRange(
                (output.to(ScalarType.Float64) - reference.to(ScalarType.Float64)).abs().max().item<double>(),
                0,
                0.03 * Math.Max(peak, 1e-6)
            );
        }
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.WithTrainableParameters), MemberType = typeof(ConformanceCase))]
    public void Its_parameters_stay_in_float32_and_get_finite_gradients(string key)
    {
        using var scope = NewDisposeScope();
        var example = ConformanceCase.Of(key);
        using var model = Model(example);
        model.Precision = ScalarType.BFloat16;
        model.Training = true;
        model
            .Forward([.. Narrow(example).Select(example.Written)])
            .Select(output => output.to(ScalarType.Float32).square().sum())
            .Aggregate((a, b) => a + b)
            .backward();
        Assert.All(
            model.Parameters.Where(parameter => parameter.Declared.Trainable),
            parameter => Assert.Equal(ScalarType.Float32, parameter.Tensor.grad!.dtype)
        );
        Assert.All(
            model.Parameters.Where(parameter => parameter.Declared.Trainable),
            parameter => Assert.True(parameter.Tensor.grad!.isfinite().all().item<bool>())
        );
    }

    private static TorchModel Model(ConformanceCase example)
    {
        var model = new TorchModel(example.Plan());
        manual_seed(3);
        Initializers.Fill(model, Initialization.Auto);
        return model;
    }

    private static Tensor[] Narrow(ConformanceCase example) =>
        [.. example.Inputs(4).Select(x => x.is_floating_point() ? x.to(ScalarType.BFloat16) : x)];
}
