using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

/// <summary>What activations state about their gradient, against libtorch's.</summary>
[Collection("libtorch")]
public sealed class NonlinearityTests
{
    public static TheoryData<string> Activations =>
    [
        .. ConformanceCase.Keys.Select(row => row.Data).Where(key => ConformanceCase.Of(key) is { Layout: Layout.ChannelsFirst } each
            && each.Example.Operator is { Nonlinearity.Gain: not null } op
            && !op.Parameters(each.Plan().Layers[^1]).Any()),
    ];

    [Theory]
    [MemberData(nameof(Activations))]
    public void An_activation_has_the_slope_and_the_flat_parts_that_it_states(string key)
    {
        using var scope = NewDisposeScope();
        var example = ConformanceCase.Of(key);
        using var model = new TorchModel(example.Plan());
        var (points, slopes) = Slopes(model, example.Example.Inputs[0]);
        var stated = example.Example.Operator.Nonlinearity!;
        Assert.InRange(slopes.Max(), stated.LargestSlope * 0.99, stated.LargestSlope * 1.01);
        if (stated.Alive is not var (from, to))
            return;
        Assert.All(points.Zip(slopes).Where(at => at.First < from || at.First > to), at => Assert.InRange(at.Second, 0, 1.2e-7));
    }

    [Fact]
    public void Saturating_activations_never_gain() =>
        Assert.All(
            ConformanceCase
                .Examples.Select(example => example.Operator)
                .Where(op => op.Effect == Effect.Saturates && op.Nonlinearity is not null),
            op => Assert.True(op.Nonlinearity is { Gain: null or 1, LargestSlope: <= 1 }, op.Kind)
        );

    /// <summary>The derivative at 20,000 points from -30 to 30.</summary>
    private static (float[] Points, float[] Slopes) Slopes(TorchModel model, long[] sizes)
    {
        var each = sizes.Aggregate(1L, (product, size) => product * size);
        var x = linspace(-30, 30, (20_000 / each) * each).reshape([-1, .. sizes]).requires_grad_();
        model.Forward([x])[0].sum().backward();
        return (x.detach().data<float>().ToArray(), x.grad!.data<float>().ToArray());
    }
}
