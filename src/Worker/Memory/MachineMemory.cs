using System.Globalization;

namespace ConcatService.Worker.Memory;

/// <summary>
/// The memory that the processes of this machine or container share, and whether the kernel has killed any of them for it.
/// </summary>
/// <remarks>
/// Linux: proc(5) and the control groups of both versions, https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html. A
/// group's limit holds for those below it; inside a container its own group is at the root of what can be seen, whatever path /proc gives.
/// </remarks>
/// <param name="root">Where /proc and /sys are.</param>
internal sealed class MachineMemory(string root = "/")
{
    /// <summary>The physical memory, or the smallest limit that is set on this process's group and those above.</summary>
    public long Bytes =>
        Groups("memory.max", "memory.limit_in_bytes")
            .Select(file => Number(file, ""))
            .Append(1024 * Number(Path.Combine(root, "proc/meminfo"), "MemTotal:"))
            .Min()
        ?? long.MaxValue;

    /// <summary>
    /// How many processes were killed for want of memory since the group, or the machine where no group counts, is there.
    /// </summary>
    public long Kills =>
        Groups("memory.events", "memory.oom_control").Select(file => Number(file, "oom_kill ")).FirstOrDefault(count => count is not null)
        ?? Number(Path.Combine(root, "proc/vmstat"), "oom_kill ") ?? 0;

    /// <summary>The files of these names of this process's group and all above it, from below.</summary>
    private IEnumerable<string> Groups(string file, string fileOfVersion1)
    {
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            if (line.Split(':', 3) is not [_, var controllers, var path])
                continue;
            var isMemory = controllers.Split(',').Contains("memory");
            if (!isMemory && controllers.Length > 0)
                continue;
            var mount = Path.Combine(root, isMemory ? "sys/fs/cgroup/memory" : "sys/fs/cgroup");
            for (var group = path.Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
            {
                yield return Path.Combine(mount, group, isMemory ? fileOfVersion1 : file);
                if (group.Length == 0)
                    break;
            }
        }
    }

    /// <summary>The number on the line that begins so; null without such a line, and where it says <c>max</c>.</summary>
    private static long? Number(string file, string label) =>
        Lines(file).FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal)) is { } line
        && long.TryParse(
            line[label.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
