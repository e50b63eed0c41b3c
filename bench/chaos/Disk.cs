namespace ConcatService.Chaos;

/// <summary>
/// The instance's disk, where it is small enough to be filled: everything of the instance is on it, its database, its logs and its
/// temporary files.
/// </summary>
public sealed class Disk
{
    /// <summary>What is larger is somebody's disk, and not there to be filled.</summary>
    private const long MostBytes = 8L << 30;

    private static readonly byte[] Block = new byte[4096];

    private readonly string _filler;

    private Disk(string folder) => _filler = Path.Combine(folder, "chaos.filler");

    /// <summary>Null where the folder is on a file system of more than 8 GiB.</summary>
    public static Disk? Of(string folder) => new DriveInfo(folder).TotalSize <= MostBytes ? new(folder) : null;

    /// <summary>Takes all that is free, and what becomes free meanwhile, for so long.</summary>
    public async Task FillAsync(TimeSpan time)
    {
        var until = DateTime.UtcNow + time;
        try
        {
            while (DateTime.UtcNow < until)
            {
                Fill();
                await Task.Delay(50);
            }
        }
        finally
        {
            File.Delete(_filler);
        }
    }

    private void Fill()
    {
        try
        {
            using var file = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            var blocks = new byte[1 << 20];
            while (new DriveInfo(_filler).AvailableFreeSpace > blocks.Length)
                file.Write(blocks);
            while (true)
                file.Write(Block);
        }
        catch (IOException)
        {
            // Full, which is what was wanted.
        }
    }
}
