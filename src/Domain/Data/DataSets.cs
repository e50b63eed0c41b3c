using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Data;

/// <summary>The data sets that every installation knows.</summary>
public static class DataSets
{
    /// <summary>Zalando's Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), from the four IDX files of Debian's package dataset-fashion-mnist.</summary>
    public static DataSetInfo FashionMnist { get; } = new(
        "fashion-mnist",
        "70,000 grey pictures of clothes, 28x28, from Zalando (MIT licence). Needs the Debian package dataset-fashion-mnist on the worker.",
        [1, 28, 28], "uint8",
        ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"],
        60_000, 10_000);

    /// <summary>Generated: every class is a fine texture inside a coarse shape, and neither alone tells the class.</summary>
    public static DataSetInfo TwoScale { get; } = new(
        "two-scale",
        "10,000 generated grey pictures, 28x28: one of five fine textures inside one of two coarse shapes. Telling the ten classes apart takes both scales. Needs nothing.",
        [1, 28, 28], "uint8",
        ["rows-disc", "rows-diamond", "columns-disc", "columns-diamond", "rising-disc", "rising-diamond", "falling-disc", "falling-diamond", "checks-disc", "checks-diamond"],
        8_000, 2_000);

    public static IReadOnlyList<DataSetInfo> All { get; } = [FashionMnist, TwoScale];

    /// <summary>Null when there is none of that name.</summary>
    public static DataSetInfo? Find(string name) => All.FirstOrDefault(known => known.Name == name);

    /// <summary>What to answer when there is none: the names, and the nearest spelling.</summary>
    public static string Unknown(string name) =>
        $"There is no data set '{SpecReader.Shortened(name)}'.{Spelling.DidYouMean(name, All.Select(known => known.Name))} Known: {string.Join(", ", All.Select(known => known.Name))}.";
}
