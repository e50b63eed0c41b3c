using ConcatService.Domain.Jobs;
using ConcatService.Training.Telemetry;
using Xunit;

namespace ConcatService.Training.Tests.Telemetry;

public sealed class GovernorTests
{
    [Theory]
    [InlineData(0.05), InlineData(1.0), InlineData(20.0)]
    public void Samples_stay_within_the_budget_whatever_one_costs_and_are_taken_as_often_as_it_allows(double stepsPerSample)
    {
        var (governor, step, trained, samples) = (new Governor(TelemetryMode.Auto), TimeSpan.FromMilliseconds(10), TimeSpan.Zero, 0);
        for (var number = 1; number <= 20_000; number++)
        {
            trained += step;
            if (!governor.IsDue(number, 20_000, trained))
                continue;
            governor.Sampled(number, step * stepsPerSample);
            trained += step * stepsPerSample;
            samples++;
        }

        Assert.InRange(governor.Spent / trained, 0, Governor.Budget);
        Assert.InRange(samples, Math.Min(1200, (int)(Governor.Budget * 20_000 / stepsPerSample * 0.95)), 1251);
    }

    [Theory]
    [InlineData(6, 3), InlineData(40, 3), InlineData(499, 3), InlineData(500, 1)]
    public void A_short_training_takes_three_samples_whatever_one_costs(long steps, int expected)
    {
        var (governor, step, trained, samples) = (new Governor(TelemetryMode.Auto), TimeSpan.FromMilliseconds(10), TimeSpan.Zero, 0);
        for (var number = 1L; number <= steps; number++)
        {
            trained += step;
            if (!governor.IsDue(number, steps, trained))
                continue;
            governor.Sampled(number, step * 1000);
            trained += step * 1000;
            samples++;
        }

        Assert.Equal(expected, samples);
    }

    [Fact]
    public void A_training_that_goes_on_in_another_process_keeps_to_what_was_spent_before()
    {
        var governor = new Governor(TelemetryMode.Auto);
        governor.Resume(TimeSpan.FromSeconds(3));

        Assert.False(governor.IsDue(500, 1000, TimeSpan.FromSeconds(100)));
        Assert.True(governor.IsDue(900, 1000, TimeSpan.FromSeconds(151)));
    }
}
