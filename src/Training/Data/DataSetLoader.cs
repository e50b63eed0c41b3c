using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>Opens the data sets that <see cref="DataSets"/> lists.</summary>
public static class DataSetLoader
{
    /// <summary>What is made on the spot, from its description and a seed.</summary>
    private static readonly Dictionary<string, Func<DataSetInfo, long, DataSet>> Generators = new()
    {
        [DataSets.TwoScale.Name] = TwoScale.Generate,
        [DataSets.TwoView.Name] = TwoView.Generate,
        [DataSets.Segments.Name] = Segments.Generate,
        [DataSets.Tabular.Name] = Tabular.Generate,
    };

    /// <exception cref="ArgumentException">There is no data set of that name.</exception>
    /// <exception cref="FileNotFoundException">Its files are not on this machine; the message says what to install.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static DataSet Load(string name, DataFolders folders) =>
        name == DataSets.FashionMnist.Name ? FashionMnist.Load(folders)
        : Generators.TryGetValue(name, out var generate) ? generate(DataSets.Find(name)!, 0)
        : ShapesRgb.Find(name) is { } shapes ? ShapesRgbPictures.Generate(shapes)
        : throw new ArgumentException(DataSets.Unknown(name), nameof(name));
}
