using System.Diagnostics;
using ConcatService.Persistence;

namespace ConcatService.Database;

/// <summary>A PostgreSQL of a bench's own with the service's tables, in a temporary folder, gone with the bench.</summary>
public sealed class BenchPostgres : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("concat-bench-").FullName;

    private BenchPostgres()
    {
    }

    public string ConnectionString => $"Host={_folder};Username=postgres;Database=postgres";

    /// <param name="settings">Of the server, beyond its defaults: <c>max_connections=1000</c>.</param>
    public static async Task<BenchPostgres> StartAsync(params string[] settings)
    {
        var server = new BenchPostgres();
        if (Environment.IsPrivilegedProcess)
            await RunProgramAsync("chown", "postgres", server._folder);     // the server refuses to run as root
        await RunAsync("initdb", "-D", $"{server._folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C");
        var options = string.Join(' ', settings.Append("jit=off").Append("listen_addresses=").Select(setting => $"-c {setting}"));
        options = $"-k {server._folder} {options}";
        await RunAsync("pg_ctl", "-D", $"{server._folder}/data", "-l", $"{server._folder}/log", "-w", "-o", options, "start");
        await Schema.ApplyAsync(server.ConnectionString, CancellationToken.None);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private static Task RunAsync(string tool, params string[] arguments)
    {
        var path = Path.Combine(NewestTools(), tool);
        return Environment.IsPrivilegedProcess
            ? RunProgramAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunProgramAsync(path, arguments);
    }

    private static string NewestTools() =>
        Directory
            .GetDirectories("/usr/lib/postgresql")
            .MaxBy(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0) + "/bin";

    /// <summary>Output goes nowhere: the server inherits it, and a pipe would keep us waiting for the server's end.</summary>
    private static async Task RunProgramAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]);
        start.WorkingDirectory = "/";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
