using Npgsql;

namespace ConcatService.Api.Storage;

/// <summary>
/// Disks that are full, or nearly: that of the temporary folder, which is asked, and the database's, which its refusals tell of.
/// </summary>
/// <param name="folder">The one for temporary files.</param>
internal sealed class StorageWatch(string folder, TimeProvider time)
{
    public const string Code = "storage.full";

    /// <summary>With less than this left, readiness says so: a data set of ordinary size has no room.</summary>
    private const long LowBytes = 64L << 20;

    /// <summary>For how long a refusal of the database is told of: nothing says when its disk has room again.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private const int NoSpace = 28, QuotaExceeded = 122; // errno(3): ENOSPC and EDQUOT, on Linux

    /// <summary>In ticks since the year 1; 0: never.</summary>
    private long _refused;

    /// <summary>Where temporary files lie.</summary>
    public string Folder => folder;

    /// <summary>Whether a disk, or what is allowed of it, is full.</summary>
    public static bool IsFull(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (IsDatabaseFull(exception) || exception is IOException { HResult: NoSpace or QuotaExceeded })
                return true;
        }

        return false;
    }

    /// <summary>Call it with what <see cref="IsFull"/> holds for.</summary>
    /// <returns>Which disk it is, for people.</returns>
    public string Note(Exception exception)
    {
        for (Exception? each = exception; each is not null; each = each.InnerException)
        {
            if (!IsDatabaseFull(each))
                continue;
            Interlocked.Exchange(ref _refused, time.GetUtcNow().UtcTicks);
            return "The disk of the database is full";
        }

        return "There is no room left for temporary files";
    }

    /// <summary>What lacks room now, for people; none where nothing does.</summary>
    public IReadOnlyList<string> Shortages()
    {
        List<string> shortages = [];
        if (time.GetUtcNow().UtcTicks - Interlocked.Read(ref _refused) < Remembered.Ticks)
            shortages.Add("The database has refused to write within the last minute: its disk is full.");
        if (Disk() is { AvailableFreeSpace: < LowBytes and var free })
            shortages.Add($"{free} bytes are free for temporary files: uploads need more.");
        return shortages;
    }

    /// <summary>The disk of the folder; null where the system does not tell.</summary>
    public DriveInfo? Disk()
    {
        try
        {
            var disk = new DriveInfo(folder);
            return disk.IsReady ? disk : null;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsDatabaseFull(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.DiskFull };
}
