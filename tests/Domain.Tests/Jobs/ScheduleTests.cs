using ConcatService.Domain.Jobs;
using Xunit;

namespace ConcatService.Domain.Tests.Jobs;

/// <summary>Values computed by PyTorch's own schedulers (torch 1.13.1): the formulas have not changed since.</summary>
public sealed class ScheduleTests
{
    [Theory]
    [InlineData(0, 0.0007999999999999986)]
    [InlineData(1, 0.0008562756113181455)]
    [InlineData(15, 0.010919733522420007)]
    [InlineData(29, 0.02)]
    [InlineData(30, 0.019989930705690485)]
    [InlineData(64, 0.01000004)]
    [InlineData(98, 1.014929430951576e-05)]
    [InlineData(99, 8e-08)]
    public void One_cycle_is_PyTorchs_OneCycleLR(long step, double rate) =>
        Assert.Equal(
            rate,
            new ScheduleSettings { Type = "one_cycle" }.RateAt(peak: 0.02, step, warmup: 30, total: 100, perEpoch: 10),
            1e-12
        );

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(1, 0.09990133642141358)]
    [InlineData(10, 0.09045084971874737)]
    [InlineData(25, 0.049999999999999996)]
    [InlineData(40, 0.009549150281252632)]
    [InlineData(49, 9.866357858642205e-05)]
    public void Cosine_is_PyTorchs_CosineAnnealingLR(long step, double rate) =>
        Assert.Equal(rate, new ScheduleSettings { Type = "cosine" }.RateAt(peak: 0.1, step, warmup: 0, total: 50, perEpoch: 10), 1e-12);

    [Fact]
    public void Steps_go_down_by_gamma_after_the_warm_up_as_PyTorchs_StepLR()
    {
        var schedule = new StepScheduleSettings { EveryEpochs = 2, Gamma = 0.5 };

        Assert.Equal(
            [1 / 3.0, 2 / 3.0, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25],
            Enumerable.Range(0, 11).Select(step => schedule.RateAt(1, step, warmup: 2, total: 11, perEpoch: 2)),
            (a, b) => Math.Abs(a - b) < 1e-12
        );
    }

    [Fact]
    public void Warm_up_rises_in_equal_steps_to_the_peak()
    {
        var schedule = new ScheduleSettings { Type = "constant" };

        Assert.Equal(
            [0.25, 0.5, 0.75, 1, 1],
            Enumerable.Range(0, 5).Select(step => schedule.RateAt(1, step, warmup: 3, total: 10, perEpoch: 5))
        );
    }

    [Theory]
    [InlineData("one_cycle"), InlineData("cosine"), InlineData("constant")]
    public void Even_the_shortest_training_has_a_finite_positive_rate(string type)
    {
        var schedule = new ScheduleSettings { Type = type };

        for (var total = 1; total <= 4; total++)
            Assert.All(
                Enumerable.Range(0, total),
                step => Assert.InRange(schedule.RateAt(1, step, (double)schedule.AutoWarmupEpochs(1) * total, total, total), 1e-7, 1)
            );
    }
}
