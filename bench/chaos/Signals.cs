using System.Diagnostics;

namespace ConcatService.Chaos;

/// <summary>Signals to processes that this bench or its instance started, by id.</summary>
public static class Signals
{
    /// <param name="name">KILL, STOP, CONT or TERM.</param>
    public static void Send(string name, params IEnumerable<int> processes)
    {
        foreach (var process in processes)
        {
            using var kill = Process.Start(new ProcessStartInfo("kill", ["-s", name, $"{process}"]) { RedirectStandardError = true })!;
            kill.WaitForExit();                                                                   // gone already: nothing to do
        }
    }

    /// <summary>The process and those that it started.</summary>
    public static List<int> WithChildren(int process)
    {
        var found = new List<int> { process };
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && ParentOf(id) == process)
                found.Add(id);
        }

        return found;
    }

    private static int? ParentOf(int process)
    {
        try
        {
            // "4711 (name) S 1 …": the name may hold spaces and brackets.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
