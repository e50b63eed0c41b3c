using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests.Data;

/// <summary>
/// The pictures that the Api shows of data sets that every installation has are the first that are trained on, and so are their classes.
/// <c>UPDATE_APPROVED=1</c> takes them anew.
/// </summary>
[Collection("libtorch")]
public sealed class KnownPicturesTests
{
    private const int Shown = 24;

    [Theory]
    [InlineData("fashion-mnist"), InlineData("two-scale"), InlineData("two-view"), InlineData("segments"), InlineData("shapes-rgb")]
    public void They_are_the_first_of_the_training_split(string name)
    {
        var folders = DataFolders.FromEnvironment();
        Assert.SkipUnless(
            name != BuiltInDataSets.FashionMnist.Name || Directory.Exists(folders.FashionMnist),
            "The package dataset-fashion-mnist is not installed."
        );
        using var data = DataSetLoader.Load(name, folders);
        var pictures = data.Train.Inputs[0];
        var first = pictures.bytes[..(int)(Shown * pictures.numel() / data.Train.Count)].ToArray();

        Check($"{name}.bytes", first);
        if (data.Info.Targets[0] is { Task: LearningTask.Classification })
            Check($"{name}.labels", data.Train.Targets[0].bytes[..Shown].ToArray());
    }

    private static void Check(string name, byte[] content)
    {
        var file = Path.Combine(Repository.Root, "src/Api/DataSets/Pictures", name);
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            File.WriteAllBytes(file, content);
        Assert.Equal(File.ReadAllBytes(file), content);
    }
}
