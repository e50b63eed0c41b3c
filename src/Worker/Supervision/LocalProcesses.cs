using ConcatService.Persistence.Jobs;

namespace ConcatService.Worker.Supervision;

/// <summary>Tells whether another worker of this machine still lives, so that its jobs need not wait for their leases to expire.</summary>
internal static class LocalProcesses
{
    // The boot id is the kernel's, the namespace is the container's: processes that share both see each other under the same ids.
    private static string Machine { get; } = $"{File.ReadAllText("/proc/sys/kernel/random/boot_id")[..8]}-{PidNamespace()}";

    /// <summary>This process.</summary>
    public static WorkerIdentity Self() => new(Environment.MachineName, Machine, Environment.ProcessId, Read("self")!.Value.Started);

    /// <summary>
    /// Whether the worker ran where we would see it, and we do not. False when it ran elsewhere: then only its lease tells.
    /// </summary>
    public static bool IsGone(WorkerIdentity worker) =>
        worker.Machine == Machine
        && !(Read($"{worker.ProcessId}") is { State: not ('Z' or 'X') } process && process.Started == worker.Started);

    private static string PidNamespace()
    {
        var link = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";         // pid:[4026531836]
        return new([.. link.Where(char.IsAsciiDigit)]);
    }

    /// <summary>State and start time of a process, or null. A dead one that its parent has not collected is in state Z.</summary>
    private static (char State, string Started)? Read(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');       // the name, in parentheses, may hold anything
            return (fields[0][0], fields[19]);                                  // proc(5): fields 3 and 22
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
