using ConcatService.Domain.Planning;
using ConcatService.Training.Data;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Data;

[Collection("libtorch")]
public sealed class TrainingDataTests
{
    private static readonly Plan Plan = TestTraining.Plan(TestTraining.TwoBranches);

    [Fact]
    public void Every_training_sample_comes_once_an_epoch_and_none_is_a_validation_sample()
    {
        using var scope = NewDisposeScope();
        using var data = Marked(100);
        using var job = new TrainingData(data, new() { ValidationSplit = 0.2 }, Plan, CPU);

        var train = Marks(job.Epoch(1, 16).SelectMany(group => group));
        var validation = Marks(job.Validation(7));

        Assert.Equal(80, train.Length);
        Assert.Equal(20, validation.Length);
        Assert.Equal(Enumerable.Range(0, 100), train.Concat(validation).Order());
    }

    [Fact]
    public void The_order_is_a_function_of_seed_and_epoch()
    {
        using var scope = NewDisposeScope();
        using var data = Marked(100);
        int[] Order(long seed, int epoch)
        {
            using var job = new TrainingData(data, new() { Seed = seed, ValidationSplit = 0 }, Plan, CPU);
            return Marks(job.Epoch(epoch, 10).SelectMany(group => group));
        }

        Assert.Equal(Order(3, 2), Order(3, 2));
        Assert.NotEqual(Order(3, 2), Order(3, 1));
        Assert.NotEqual(Order(3, 2), Order(4, 2));
    }

    [Fact]
    public void The_last_partial_batch_is_dropped_in_training_and_kept_in_evaluation()
    {
        using var scope = NewDisposeScope();
        using var data = Marked(100);
        using var job = new TrainingData(data, new() { ValidationSplit = 0.1 }, Plan, CPU);

        Assert.Equal(2, job.Epoch(1, 40).Count());
        Assert.Equal([8, 2], job.Validation(8).Select(take => take().Targets[0].shape[0]));
    }

    [Fact]
    public void Statistics_are_those_of_the_training_samples_alone()
    {
        using var scope = NewDisposeScope();
        using var data = Marked(100);
        using var job = new TrainingData(data, new() { ValidationSplit = 0.2 }, Plan, CPU);
        var values = cat([.. job.Epoch(1, 80).Select(group => group[0]().Inputs[0])]);

        var statistics = Assert.Single(job.Statistics()).Value;

        Assert.Equal(values.mean().item<float>(), Assert.Single(statistics.Mean), 1e-6);
        Assert.Equal(values.std(unbiased: false).item<float>(), Assert.Single(statistics.Deviation), 1e-6);
    }

    /// <summary>Sample i is filled with the value i.</summary>
    private static DataSet Marked(int count)
    {
        var data = TestTraining.Pictures(count, 10);
        data.Train.Inputs[0].copy_(arange(count, ScalarType.Byte).reshape(count, 1, 1, 1).expand_as(data.Train.Inputs[0]));
        return data;
    }

    private static int[] Marks(IEnumerable<Func<Batch>> batches) =>
        [
            .. batches.SelectMany(take =>
                take().Inputs[0].select(1, 0).select(1, 0).select(1, 0).mul(255).round().data<float>().ToArray().Select(value => (int)value)
            ),
        ];
}
