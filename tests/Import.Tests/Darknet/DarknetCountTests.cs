using Xunit;

namespace ConcatService.Import.Tests.Darknet;

/// <summary>A file of weights has 20 bytes and 4 for each parameter and each running statistic.</summary>
public sealed class DarknetCountTests
{
    public static TheoryData<string, long> Published { get; } = new()
    {
        { DarknetFiles.YoloV2, 203_934_260 },
        { DarknetFiles.YoloV2Tiny, 44_948_600 },
        { DarknetFiles.YoloV3(), 248_007_048 },
        { DarknetFiles.YoloV3(spp: true), 252_209_544 },
        { DarknetFiles.YoloV3Tiny, 35_434_956 },
        { DarknetFiles.YoloV4, 257_717_640 },
        { DarknetFiles.YoloV4Tiny, 24_251_276 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void The_numbers_of_a_network_fill_its_published_file_of_weights(string file, long bytes)
    {
        var imported = Imported.Of(file).IsValid();
        Assert.Empty(imported.Network.Gaps);
        Assert.Equal(bytes, 20 + (4 * (imported.Totals.Parameters + imported.Totals.Buffers)));
        Assert.Equal(bytes, imported.Network.Count!.WeightBytes);
    }

    public static TheoryData<string, long> Classifiers { get; } = new() { { DarknetFiles.ResNet50, 0 }, { DarknetFiles.DenseNet201, 0 } };

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void Classifiers_are_valid_and_counted_as_their_sections_say(string file, long parameters)
    {
        var imported = Imported.Of(file).IsValid();
        Assert.Empty(imported.Network.Gaps);
        Assert.Equal(parameters, imported.Totals.Parameters);
        Assert.Equal(imported.Network.Count!.WeightBytes, 20 + (4 * (imported.Totals.Parameters + imported.Totals.Buffers)));
    }
}
