using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>Opens the data sets that <see cref="BuiltInDataSets"/> lists.</summary>
public static class DataSetLoader
{
    /// <summary>What is made on the spot, from its description and a seed.</summary>
    private static readonly Dictionary<string, Func<DataSetInfo, long, DataSet>> Generators = new()
    {
        [BuiltInDataSets.TwoScale.Name] = TwoScale.Generate,
        [BuiltInDataSets.TwoView.Name] = TwoView.Generate,
        [BuiltInDataSets.Segments.Name] = Segments.Generate,
        [BuiltInDataSets.Volumes.Name] = Volumes.Generate,
        [BuiltInDataSets.Reversal.Name] = Reversal.Generate,
        [BuiltInDataSets.Tabular.Name] = Tabular.Generate,
    };

    /// <exception cref="ArgumentException">There is no data set of that name.</exception>
    /// <exception cref="FileNotFoundException">Its files are not on this machine; the message says what to install.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static DataSet Load(string name, DataFolders folders)
    {
        if (name == BuiltInDataSets.FashionMnist.Name)
            return FashionMnist.Load(folders);
        var info = BuiltInDataSets.Find(name) ?? throw new ArgumentException(BuiltInDataSets.Unknown(name), nameof(name));
        var reference = DataSetReference.TryParse(name)!;
        return Generators.GetValueOrDefault(reference.Name, ShapesRgbPictures.Generate)(info, reference.Version ?? 0);
    }
}
