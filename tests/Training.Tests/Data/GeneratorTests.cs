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
    public void What_has_no_seed_has_no_other_version() => Assert.Null(BuiltInDataSets.Find("fashion-mnist@1"));
}
