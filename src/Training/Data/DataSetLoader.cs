using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>Opens the data sets that <see cref="DataSets"/> lists.</summary>
public static class DataSetLoader
{
    /// <exception cref="ArgumentException">There is no data set of that name.</exception>
    /// <exception cref="FileNotFoundException">Its files are not on this machine; the message says what to install.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static DataSet Load(string name, DataFolders folders) =>
        name == DataSets.FashionMnist.Name ? FashionMnist.Load(folders)
        : name == DataSets.TwoScale.Name ? TwoScale.Generate(DataSets.TwoScale)
        : throw new ArgumentException(DataSets.Unknown(name), nameof(name));
}
