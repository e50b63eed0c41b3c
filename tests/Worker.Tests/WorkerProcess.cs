using System.Diagnostics;

namespace ConcatService.Worker.Tests;

/// <summary>A real worker, started by a test and gone with it.</summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>A worker around <see cref="SmallTraining"/>.</summary>
    /// <param name="root">Where it looks what memory there is; null for the machine's own.</param>
    /// <param name="settings">Names as in the environment: <c>Worker__UntilIdleSeconds=3</c>.</param>
    public static WorkerProcess Start(string connectionString, string? root = null, params string[] settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["worker"]);
        if (root is not null)
            start.Environment[SmallTraining.Root] = root;
        Set(start, settings);
        return Start(start, connectionString);
    }

    /// <summary>The product's own program.</summary>
    /// <param name="cache">Where it keeps data sets; null for the user's own folder.</param>
    /// <param name="settings">Names as in the environment.</param>
    public static WorkerProcess StartReal(string connectionString, string? cache = null, params string[] settings)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Worker"));
        if (cache is not null)
            start.Environment["Data__Cache"] = cache;
        Set(start, settings);
        return Start(start, connectionString);
    }

    private static void Set(ProcessStartInfo start, string[] settings)
    {
        foreach (var setting in settings)
            start.Environment[setting[..setting.IndexOf('=')]] = setting[(setting.IndexOf('=') + 1)..];
    }

    private static WorkerProcess Start(ProcessStartInfo start, string connectionString)
    {
        start.Environment["ConnectionStrings__Postgres"] = connectionString;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it ends by itself; returns the exit code.</summary>
    public async Task<int> EndAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>kill -TERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
    }
}
