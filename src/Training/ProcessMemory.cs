using System.Globalization;

namespace ConcatService.Training;

/// <summary>The memory of a process, as Linux counts it. Null where the process is gone or the system does not say.</summary>
public static class ProcessMemory
{
    /// <summary>The most that was ever resident of this process.</summary>
    public static long? PeakBytes() => PeakBytes(Environment.ProcessId);

    /// <summary>The most that was ever resident of a process.</summary>
    public static long? PeakBytes(int processId) => Read(processId, "VmHWM:");

    /// <summary>A line of proc(5)'s status, which counts in KiB; a dead process that nobody has collected has no such line.</summary>
    private static long? Read(int processId, string label)
    {
        try
        {
            return
                File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal))
                    is { } found
                ? 1024 * long.Parse(found[label.Length..^" kB".Length], CultureInfo.InvariantCulture)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
