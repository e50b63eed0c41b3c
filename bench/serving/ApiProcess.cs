using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ConcatService.Serving;

/// <summary>
/// An inference server of its own on the instance's database, so that settings can be compared side by side. Ends with the bench.
/// </summary>
public sealed class ApiProcess : IAsyncDisposable
{
    private readonly Process _process;
    private int _loggedErrors, _linesToShow;

    private ApiProcess(Process process, int port)
    {
        (_process, Port) = (process, port);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Entries of the server's log that are errors or worse; each is told on the console, too, with its beginning.</summary>
    public int LoggedErrors => Volatile.Read(ref _loggedErrors);

    /// <summary>HTTP here, gRPC behind it.</summary>
    public int Port { get; }

    /// <param name="folder">With the published Api.dll.</param>
    /// <param name="settings">Names as in the environment: <c>Inference__Batching=off</c>.</param>
    public static Task<ApiProcess> StartAsync(string folder, string connectionString, params string[] settings)
    {
        var port = FreePorts();
        var start = new ProcessStartInfo("dotnet", ["Api.dll"]) { WorkingDirectory = folder };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["ConnectionStrings__Postgres"] = connectionString;
        start.Environment["Service__Roles"] = "api,inference";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        foreach (var setting in settings)
            start.Environment[setting[..setting.IndexOf('=')]] = setting[(setting.IndexOf('=') + 1)..];
        return StartAsync(start, port);
    }

    /// <summary><see cref="BareServer"/>, by the program that runs now.</summary>
    public static Task<ApiProcess> StartBareAsync(string model)
    {
        var port = FreePorts();
        return StartAsync(new ProcessStartInfo(Environment.ProcessPath!, ["bare", $"{port}", model]), port);
    }

    private static async Task<ApiProcess> StartAsync(ProcessStartInfo start, int port)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var process = Process.Start(start)!;
        var server = new ApiProcess(process, port);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(100))
        {
            try
            {
                if ((await http.GetAsync("/health/ready")).IsSuccessStatusCode)
                    return server;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }

        await server.DisposeAsync();
        throw new TimeoutException("The server was not ready after a minute.");
    }

    /// <summary>A line of /proc/PID/status, such as <c>VmRSS</c> (kB) or <c>Threads</c>.</summary>
    public long Status(string field) =>
        long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status")
                .First(line => line.StartsWith(field + ":", StringComparison.Ordinal))
                .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );

    /// <summary>Of all its threads since it started; to 10 ms.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        if (
            line.Contains(" fail: ", StringComparison.Ordinal)
            || line.Contains(" crit: ", StringComparison.Ordinal)
            || line.StartsWith("Unhandled", StringComparison.Ordinal)
        )
        {
            Interlocked.Increment(ref _loggedErrors);
            _linesToShow = 1;
        }

        if (_linesToShow-- > 0)
            Console.Error.WriteLine($"  server: {line}");
    }

    private static int FreePorts()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            using var second = new TcpListener(IPAddress.Loopback, port + 1);
            try
            {
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another pair.
            }
        }
    }
}
