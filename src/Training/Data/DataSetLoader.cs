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
    public static DataSet Load(string name, DataFolders folders)
    {
        if (name == DataSets.FashionMnist.Name)
            return FashionMnist.Load(folders);
        var info = DataSets.Find(name) ?? throw new ArgumentException(DataSets.Unknown(name), nameof(name));
        var reference = DataSetReference.TryParse(name)!;
        return Generators.GetValueOrDefault(reference.Name, ShapesRgbPictures.Generate)(info, reference.Version ?? 0);
    }
}
