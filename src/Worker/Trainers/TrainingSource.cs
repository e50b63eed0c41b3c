using System.Security.Cryptography;
using ConcatService.Domain.Data;
using ConcatService.Training.Data;

namespace ConcatService.Worker.Trainers;

/// <summary>
/// What a job trains on: a data set that every installation has, or the team's own, fetched from the database once per machine.
/// </summary>
internal sealed class TrainingSource
{
    /// <summary>The cache may grow to this; what was not used for longest goes first.</summary>
    private const long CacheBytes = 20L << 30;

    private readonly string _name;
    private readonly StoredDataSet? _stored;
    private readonly string _sha256 = "";
    private readonly DataFolders _folders = DataFolders.FromEnvironment();

    private TrainingSource(DataSetInfo known) => (Info, _name) = (known, known.Name);

    private TrainingSource(StoredDataSet stored, string sha256) =>
        (Info, _name, _stored, _sha256) = (stored.Info, stored.Info.Name, stored, sha256);

    public DataSetInfo Info { get; }

    /// <summary>As the data lies in memory.</summary>
    public long DataBytes => _stored?.LengthBytes ?? Info.Bytes;

    private string Folder => Path.Combine(_folders.Cache ?? Path.GetTempPath(), "datasets");

    private string File => Path.Combine(Folder, $"{_sha256}.bin");

    /// <summary>Null when there is no such data set any more.</summary>
    public static async Task<TrainingSource?> FindAsync(string dataset, TeamStore store)
    {
        if (BuiltInDataSets.Find(dataset) is { } known)
            return new(known);
        return DataSetReference.TryParse(dataset) is { } reference && await store.FindDataSetAsync(reference) is ({ } content, { } sha256)
            ? new(StoredDataSet.Parse(content), sha256)
            : null;
    }

    /// <summary>Sees to it that the values are on this machine, whole: the file gets its name when its hash is right.</summary>
    /// <exception cref="InvalidDataException">What came is not what was stored.</exception>
    public async Task FetchAsync(TeamStore store)
    {
        if (_stored is null)
            return;
        if (System.IO.File.Exists(File))
        {
            System.IO.File.SetLastWriteTimeUtc(File, DateTime.UtcNow);
            return;
        }

        Directory.CreateDirectory(Folder);
        MakeRoom();
        var unfinished = $"{File}.{Environment.ProcessId}";
        try
        {
            await using (var file = System.IO.File.Create(unfinished))
            {
                await store.CopyToAsync(_sha256, file);
                file.Position = 0;
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, store.Stop)) != _sha256)
                    throw new InvalidDataException($"The bytes of the data set {_name} are not those that were stored under {_sha256}.");
            }

            System.IO.File.Move(unfinished, File, overwrite: true);
        }
        finally
        {
            System.IO.File.Delete(unfinished);
        }
    }

    /// <summary>After <see cref="FetchAsync"/>. Belongs to the caller.</summary>
    /// <exception cref="FileNotFoundException">Its files are not on this machine; the message says what to install.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public DataSet Load() => _stored is null ? DataSetLoader.Load(_name, _folders) : StoredData.Load(_stored, File, _sha256);

    private void MakeRoom()
    {
        var kept = _stored!.LengthBytes;
        foreach (var file in new DirectoryInfo(Folder).GetFiles("*.bin").OrderByDescending(file => file.LastWriteTimeUtc))
        {
            kept += file.Length;
            if (kept > CacheBytes)
                file.Delete();
        }
    }
}
