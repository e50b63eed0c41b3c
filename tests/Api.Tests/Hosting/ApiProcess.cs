using System.Collections.Concurrent;
using System.Diagnostics;
using ConcatService.Api.Tests.Inference.Protocol;

namespace ConcatService.Api.Tests.Hosting;

/// <summary>The Api as a process of its own, with what it writes to its log.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ApiProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
    }

    public required HttpClient Http { get; init; }

    public int ProcessId => _process.Id;

    public static async Task<ApiProcess> StartAsync(string database, string key, params (string Name, string Value)[] settings)
    {
        var port = ProtocolServer.FreePorts();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Api.dll")])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
        };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["ConnectionStrings__Postgres"] = database;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var api = new ApiProcess(start) { Http = http };
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60);)
        {
            try
            {
                if ((await http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).IsSuccessStatusCode)
                    return api;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);   // not listening yet
            }
        }

        await api.DisposeAsync();
        throw new TimeoutException("The Api did not start.");
    }

    /// <summary>The first line with this text, as soon as it is written.</summary>
    public async Task<string> LineAsync(string text)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(20);)
        {
            if (Lines(text) is [var line, ..])
                return line;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"There is no '{text}' in:\n{string.Join('\n', _lines)}");
    }

    public string[] Lines(string text) => [.. _lines.Where(line => line.Contains(text, StringComparison.Ordinal))];

    /// <summary>As an orchestrator stops it: with SIGTERM.</summary>
    /// <returns>The exit code and how long it took.</returns>
    public async Task<(int Code, TimeSpan Time)> StopAsync()
    {
        var watch = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-s", "TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, watch.Elapsed);
    }

    /// <summary>With signal 9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await KillAsync();
        _process.Dispose();
    }
}
