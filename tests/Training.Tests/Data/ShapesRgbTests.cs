using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests.Data;

[Collection("libtorch")]
public sealed class ShapesRgbTests
{
    private const string Small = """
        { "inputs": { "image": { "shape": [3, 32, 32] } }, "layers": [
            { "type": "conv2d", "out_channels": 12, "kernel_size": 5, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "type": "conv2d", "out_channels": 24, "kernel_size": 5, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "type": "conv2d", "out_channels": 48, "kernel_size": 5, "padding": "same", "norm": "batch_norm", "activation": "relu" },
            { "type": "global_max_pool" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    [Theory]
    [InlineData("shapes-rgb", 32, 32, 2000)]
    [InlineData("shapes-rgb-28", 28, 28, 2000)]
    [InlineData("shapes-rgb-224", 224, 224, 100)]
    [InlineData("shapes-rgb-16x48", 16, 48, 2000)]
    public void Any_size_is_there_by_its_name(string name, long height, long width, long samples)
    {
        using var data = DataSetLoader.Load(name, new("/nowhere", null));
        Assert.Equal([samples, 3, height, width], data.Train.Inputs[0].shape);
        Assert.Equal(samples / 5, data.Test.Count);
        Assert.Equal(name, data.Info.Name);
    }

    [Theory]
    [
        InlineData("shapes-rgb-15"),
        InlineData("shapes-rgb-513"),
        InlineData("shapes-rgb-"),
        InlineData("shapes-rgb-32x"),
        InlineData("shapes-rgb-32x32x3"),
        InlineData("shapes-rgb--32"),
        InlineData("shapes-rgbs")
    ]
    public void What_is_no_size_names_no_data_set(string name) => Assert.Null(BuiltInDataSets.Find(name));

    [Fact]
    public void The_same_seed_gives_the_same_pictures()
    {
        using var first = ShapesRgbPictures.Generate(ShapesRgb.Default, 1);
        using var again = ShapesRgbPictures.Generate(ShapesRgb.Default, 1);
        using var other = ShapesRgbPictures.Generate(ShapesRgb.Default, 2);
        Assert.Equal(first.Sha256, again.Sha256);
        Assert.NotEqual(first.Sha256, other.Sha256);
    }

    [Fact]
    public void Color_and_shape_are_learned()
    {
        using var data = ShapesRgbPictures.Generate(ShapesRgb.Default);
        var outcome = TrainingRun.Execute(
            TestTraining.Plan(Small),
            TestTraining.Settings("""{ "epochs": 4, "batch_size": 32, "optimizer": { "type": "adamw", "lr": 0.01 } }"""),
            data,
            new Dictionary<string, string> { ["job"] = "test" },
            _ => { },
            TestContext.Current.CancellationToken
        );
        Assert.InRange(Assert.IsType<Outcome.Finished>(outcome).Result.TestAccuracy!.Value, 0.8, 1); // color alone: 0.2; shape alone: 0.5
    }
}
