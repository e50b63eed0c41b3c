using System.Diagnostics;

namespace ConcatService.Chaos;

/// <summary>A second api or worker beside the instance's own, started again whenever it ends. Ends with the bench.</summary>
public sealed class Replica : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _kept;
    private Process? _process;

    /// <param name="start">Its output goes into <paramref name="log"/>.</param>
    public Replica(ProcessStartInfo start, string log)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _kept = KeepAsync(start, log);
    }

    /// <summary>Null while it starts again.</summary>
    public int? ProcessId => _process is { HasExited: false } running ? running.Id : null;

    private async Task KeepAsync(ProcessStartInfo start, string log)
    {
        await using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await using var written = new StreamWriter(file) { AutoFlush = true };
        var gate = new Lock();
        while (!_stop.IsCancellationRequested)
        {
            using var process = Process.Start(start)!;
            process.OutputDataReceived += (_, line) => Write(line.Data);
            process.ErrorDataReceived += (_, line) => Write(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _process = process;
            await process.WaitForExitAsync(CancellationToken.None);
            _process = null;
        }

        void Write(string? line)
        {
            lock (gate)
            {
                try
                {
                    written.WriteLine(line);
                }
                catch (IOException)
                {
                    // The disk is full, which the line may be about.
                }
            }
        }
    }

    /// <summary>Lets it go as an orchestrator would: SIGTERM, and SIGKILL after two minutes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (ProcessId is { } id)
        {
            Signals.Send("CONT", id);
            Signals.Send("TERM", id);
        }

        if (await Task.WhenAny(_kept, Task.Delay(TimeSpan.FromMinutes(2))) != _kept)
            _process?.Kill();
        await _kept;
        _stop.Dispose();
    }
}
