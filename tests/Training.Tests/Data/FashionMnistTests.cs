using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests.Data;

public sealed class FashionMnistTests : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("concat-cache-").FullName;

    [Fact]
    public void The_unpacked_copy_gives_what_the_package_gives()
    {
        Assert.SkipUnless(
            Directory.Exists(DataFolders.FromEnvironment().FashionMnist),
            "The package dataset-fashion-mnist is not installed."
        );
        var folders = DataFolders.FromEnvironment() with { Cache = _cache };

        using var first = DataSetLoader.Load("fashion-mnist", folders);
        Assert.Single(Directory.GetFiles(_cache));
        using var second = DataSetLoader.Load("fashion-mnist", folders);

        Assert.Equal(first.Sha256, second.Sha256);
        Assert.True(first.Train.Inputs[0].eq(second.Train.Inputs[0]).all().item<bool>());
        Assert.True(first.Test.Targets[0].eq(second.Test.Targets[0]).all().item<bool>());
        Assert.Equal([60_000, 1, 28, 28], second.Train.Inputs[0].shape);
        // Xiao et al. 2017: balanced
        Assert.Equal(Enumerable.Repeat(1_000L, 10), second.Test.Targets[0].bincount(null, 10).data<long>().ToArray());
        Assert.Equal(9, second.Train.Targets[0][0].item<byte>()); // the first picture is an ankle boot
    }

    [Fact]
    public void A_package_that_is_not_installed_says_what_to_install()
    {
        var error = Assert.Throws<FileNotFoundException>(() => DataSetLoader.Load("fashion-mnist", new("/nowhere", null)));

        Assert.Contains("apt-get install dataset-fashion-mnist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_copy_is_made_again()
    {
        Assert.SkipUnless(
            Directory.Exists(DataFolders.FromEnvironment().FashionMnist),
            "The package dataset-fashion-mnist is not installed."
        );
        var folders = DataFolders.FromEnvironment() with { Cache = _cache };
        DataSetLoader.Load("fashion-mnist", folders).Dispose();
        var copy = Assert.Single(Directory.GetFiles(_cache));
        File.WriteAllText(copy, "half");

        using var again = DataSetLoader.Load("fashion-mnist", folders);

        Assert.Equal(BuiltInDataSets.FashionMnist.TrainSamples, again.Train.Count);
        Assert.True(new FileInfo(copy).Length > 50_000_000);
    }

    public void Dispose() => Directory.Delete(_cache, recursive: true);
}
