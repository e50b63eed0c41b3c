using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests.Data;

[Collection("libtorch")]
public sealed class GeneratorTests
{
    private static readonly DataFolders Nowhere = new("/nowhere", null);

    [Theory]
    [InlineData("two-scale"), InlineData("two-view"), InlineData("segments"), InlineData("tabular"), InlineData("shapes-rgb")]
    [InlineData("volumes"), InlineData("reversal")]
    public void The_same_seed_gives_the_same_data_and_another_seed_others(string name)
    {
        string Hash(string reference)
        {
            using var data = DataSetLoader.Load(reference, Nowhere);
            Assert.Equal((reference, data.Info.TrainSamples, data.Info.TestSamples), (data.Info.Name, data.Train.Count, data.Test.Count));
            return data.Sha256;
        }

        Assert.Equal(Hash(name), Hash(name));
        Assert.NotEqual(Hash(name), Hash($"{name}@1"));
        Assert.NotEqual(Hash($"{name}@2"), Hash($"{name}@1"));
    }

    [Fact]
    public void Tabular_targets_have_mean_0_and_deviation_1_and_thirds_of_one_size()
    {
        using var data = DataSetLoader.Load("tabular", Nowhere);

        var y = data.Train.Targets[0].data<float>().ToArray();
        Assert.InRange(y.Average(), -0.06f, 0.06f);                                     // 4,000 samples: four standard errors
        Assert.InRange(y.Select(value => value * value).Average(), 0.9f, 1.1f);
        var thirds = data.Train.Targets[1].data<byte>().ToArray().CountBy(third => third);
        Assert.All(thirds, third => Assert.InRange(third.Value, 1150, 1500));
    }

    [Fact]
    public void Reversal_answers_with_the_sequence_turned_round_and_feeds_it_one_step_late()
    {
        using var data = DataSetLoader.Load("reversal", Nowhere);
        var (source, written) = (data.Train.Inputs[0].data<long>().ToArray(), data.Train.Inputs[1].data<long>().ToArray());
        var next = data.Train.Targets[0].data<byte>().ToArray();

        foreach (var sample in new[] { 0, 1, 7_999 })
        {
            var answer = next.AsSpan(sample * 8, 8).ToArray();
            Assert.Equal(source.AsSpan(sample * 8, 8).ToArray().Reverse(), answer.Select(symbol => (long)symbol));
            Assert.Equal([0, .. answer.Take(7).Select(symbol => (long)symbol)], written.AsSpan(sample * 8, 8).ToArray());
        }

        Assert.Equal(15, next.Distinct().Count());
    }

    [Fact]
    public void Volumes_show_both_shapes_and_mostly_ground()
    {
        using var data = DataSetLoader.Load("volumes", Nowhere);
        var (bright, mask) = (data.Train.Inputs[0].data<byte>().ToArray(), data.Train.Targets[0].data<byte>().ToArray());
        var shares = mask.CountBy(voxel => voxel).ToDictionary(each => each.Key, each => each.Value / (double)mask.Length);

        Assert.InRange(shares[1], 0.03, 0.2);
        Assert.InRange(shares[2], 0.03, 0.2);
        Assert.InRange(bright.Where((_, i) => mask[i] == 1).Average(voxel => voxel), 149, 151);
        Assert.InRange(bright.Where((_, i) => mask[i] == 2).Average(voxel => voxel), 149, 151);
        Assert.InRange(bright.Where((_, i) => mask[i] == 0).Average(voxel => voxel), 89, 91);
    }

    [Fact]
    public void What_has_no_seed_has_no_other_version() => Assert.Null(BuiltInDataSets.Find("fashion-mnist@1"));
}
