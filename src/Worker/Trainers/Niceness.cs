using System.Runtime.InteropServices;

namespace ConcatService.Worker.Trainers;

/// <summary>The trainer's place behind everything else: serving must survive training on one machine.</summary>
internal static partial class Niceness
{
    private const int PerThread = 0;                                            // PRIO_PROCESS, which on Linux means one thread

    /// <summary>Of a job, on a scale from 0 to 19.</summary>
    public const int OfJobs = 10;

    /// <summary>Of what must not disturb a job either.</summary>
    public const int Lowest = 19;

    /// <summary>
    /// Lowers every thread of this process; later ones inherit it. Called with the job, not at the start: warming up is short and someone
    /// may be waiting for it.
    /// </summary>
    public static void Lower(int nice)
    {
        foreach (var thread in Directory.GetDirectories("/proc/self/task"))
            // a thread that has just ended gives an error that nobody needs
            _ = SetPriority(PerThread, uint.Parse(Path.GetFileName(thread)), nice);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int value);
}
