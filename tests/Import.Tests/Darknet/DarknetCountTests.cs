using Xunit;

namespace ConcatService.Import.Tests.Darknet;

/// <summary>A file of weights has a header and 4 bytes for each parameter and each running statistic.</summary>
public sealed class DarknetCountTests
{
    /// <summary>The header has 20 bytes, and 16 in the files of the second version.</summary>
    public static TheoryData<string, long, int> Published { get; } = new()
    {
        { DarknetFiles.YoloV2, 203_934_260, 16 },
        { DarknetFiles.YoloV2Tiny, 44_948_596, 16 },
        { DarknetFiles.YoloV3(), 248_007_048, 20 },
        { DarknetFiles.YoloV3(spp: true), 252_209_544, 20 },
        { DarknetFiles.YoloV3Tiny, 35_434_956, 20 },
        { DarknetFiles.YoloV4, 257_717_640, 20 },
        { DarknetFiles.YoloV4Tiny, 24_251_276, 20 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void The_numbers_of_a_network_fill_its_published_file_of_weights(string file, long bytes, int header)
    {
        var imported = Imported.Of(file).IsValid();
        Assert.Empty(imported.Network.Gaps);
        Assert.Equal(bytes, header + (4 * (imported.Totals.Parameters + imported.Totals.Buffers)));
        Assert.Equal(bytes - header, imported.Network.Count!.WeightBytes - ImportedNetwork.WeightHeaderBytes);
    }

    public static TheoryData<string, long> Classifiers { get; } =
        new() { { DarknetFiles.ResNet50, 22_780_456 }, { DarknetFiles.DenseNet201, 17_173_160 } };

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
