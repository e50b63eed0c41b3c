using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Data;

/// <summary>The data sets that every installation knows. Of <c>shapes-rgb</c>, which is there in any size, one is listed.</summary>
public static class BuiltInDataSets
{
    /// <summary>
    /// Zalando's Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), from the four IDX files of Debian's package dataset-fashion-mnist.
    /// </summary>
    public static DataSetInfo FashionMnist { get; } = new(
        "fashion-mnist",
        "70,000 grey pictures of clothes, 28x28, from Zalando (MIT license). Needs the Debian package dataset-fashion-mnist on the worker.",
        [new("image", [1, 28, 28], ElementType.Uint8)],
            [
                new(
                    "class",
                    LearningTask.Classification,
                    [],
                    ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"]
                ),
            ],
            60_000,
            0,
            10_000
        );

    /// <summary>Generated: every class is a fine texture inside a coarse shape, and neither alone tells the class.</summary>
    public static DataSetInfo TwoScale { get; } = new(
        "two-scale",
        "10,000 generated grey pictures, 28x28: one of five fine textures inside one of two coarse shapes. Telling the ten classes apart "
            + "takes both scales. Needs nothing.",
        [new("image", [1, 28, 28], ElementType.Uint8)],
            [
                new(
                    "class",
                    LearningTask.Classification,
                    [],
                    [
                        "rows-disc",
                        "rows-diamond",
                        "columns-disc",
                        "columns-diamond",
                        "rising-disc",
                        "rising-diamond",
                        "falling-disc",
                        "falling-diamond",
                        "checks-disc",
                        "checks-diamond",
                    ]
                ),
            ],
            8_000,
            0,
            2_000
        );

    /// <summary>Generated: two inputs, of which neither alone tells the class.</summary>
    public static DataSetInfo TwoView { get; } = new(
        "two-view",
        "5,000 generated samples of two inputs, a grey picture 28x28 and eight numbers: the picture shows one of two shapes, the numbers "
            + "carry one of two signs, and the class is the pair. Needs nothing.",
        [new("image", [1, 28, 28], ElementType.Uint8), new("facts", [8], ElementType.Float32)],
        [new("class", LearningTask.Classification, [], ["disc-plus", "disc-minus", "diamond-plus", "diamond-minus"])],
        4_000, 0, 1_000);

    /// <summary>Generated: a class for each pixel.</summary>
    public static DataSetInfo Segments { get; } = new(
        "segments",
        "1,250 generated grey pictures, 32x32, with discs and diamonds as bright as each other on noise; every pixel is background, disc "
            + "or diamond. Needs nothing.",
        [new("image", [1, 32, 32], ElementType.Uint8)],
        [new("mask", LearningTask.Segmentation, [32, 32], ["background", "disc", "diamond"])],
        1_000, 0, 250);

    /// <summary>Generated: a table with a number to predict.</summary>
    public static DataSetInfo Tabular { get; } = new(
        "tabular",
        "5,000 generated rows of ten numbers, and a number to predict from five of them: Friedman's first function (1991) with noise, "
            + "scaled to mean 0 and deviation 1, or in which third of its range it is. Name the output y or third. Needs nothing.",
        [new("x", [10], ElementType.Float32)],
        [new("y", LearningTask.Regression, [1], []), new("third", LearningTask.Classification, [], ["low", "middle", "high"])],
        4_000, 0, 1_000);

    /// <summary>Generated: a class for each voxel.</summary>
    public static DataSetInfo Volumes { get; } = new(
        "volumes",
        "480 generated grey volumes, 16x16x16, with balls and cubes as bright as each other on noise; every voxel is background, ball or "
            + "cube. Channels-first in either layout. Needs nothing.",
        [new("volume", [1, 16, 16, 16], ElementType.Uint8)],
        [new("mask", LearningTask.Segmentation, [16, 16, 16], ["background", "ball", "cube"])],
        400, 0, 80);

    /// <summary>Generated: a sequence to a sequence, as an encoder and a decoder learn it.</summary>
    public static DataSetInfo Reversal { get; } = new(
        "reversal",
        "9,000 generated sequences of eight symbols from 1 to 15. The answer, a class for each step, is the sequence from its end to its "
            + "beginning; the input target is the answer one step late, behind a 0, for a decoder. Needs nothing.",
        [new("source", [8], ElementType.Int64), new("target", [8], ElementType.Int64)],
        [new("next", LearningTask.Segmentation, [8], [.. Enumerable.Range(0, 16).Select(symbol => $"{symbol}")])],
        8_000, 0, 1_000);

    public static IReadOnlyList<DataSetInfo> All { get; } =
        [FashionMnist, TwoScale, TwoView, ShapesRgb.Default, Segments, Volumes, Reversal, Tabular];

    /// <summary>
    /// Null when there is none of that name. The version of a generated data set is its seed: <c>two-scale@7</c>; without one it is 0.
    /// </summary>
    public static DataSetInfo? Find(string name)
    {
        if (
            DataSetReference.TryParse(name) is not { } reference
            || (All.FirstOrDefault(known => known.Name == reference.Name) ?? ShapesRgb.Find(reference.Name)) is not { } found
        )
            return null;
        return reference.Version is null || found != FashionMnist ? found with { Name = name } : null;
    }

    /// <summary>What to answer when there is none: the names, and the nearest spelling.</summary>
    /// <param name="others">Names that are known beside those of every installation.</param>
    public static string Unknown(string name, params IEnumerable<string> others)
    {
        string[] known = [.. others, .. All.Select(each => each.Name)];
        return $"There is no data set '{JsonText.Shortened(name)}'.{Spelling.DidYouMean(name, known)} Known: {string.Join(", ", known)}.";
    }
}
