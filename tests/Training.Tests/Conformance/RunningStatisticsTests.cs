using System.Text;
using ConcatService.Domain.Compiling;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

[Collection("libtorch")]
public sealed class RunningStatisticsTests
{
    [Fact]
    public void Without_a_momentum_the_running_mean_is_the_mean_of_all_batches()
    {
        using var scope = NewDisposeScope();
        var compiled = Compiler.Compile(
            Encoding.UTF8.GetBytes(
                """{ "inputs": { "x": { "shape": [3, 5, 4] } }, "layers": [{ "name": "norm", "type": "batch_norm", "momentum": null }] }"""
            )
        );
        using var model = new TorchModel(compiled.Plan!) { Training = true };
        manual_seed(3);
        var batches = Enumerable.Range(0, 4).Select(i => randn(8, 3, 5, 4) + i).ToArray();
        foreach (var batch in batches)
            model.Forward([batch]);

        var expected = stack(batches.Select(batch => batch.mean([0, 2, 3]))).mean([0]);
        var mean = model.Parameters.Single(parameter => parameter.Key == "norm.running_mean").Tensor;
        Assert.True(mean.allclose(expected, rtol: 1e-5, atol: 1e-6), $"{mean.ToString(true)} {expected.ToString(true)}");
        Assert.Equal(4, model.Parameters.Single(parameter => parameter.Key == "norm.num_batches_tracked").Tensor.item<float>());
    }
}
