using System.Diagnostics;
using ConcatService.Worker.Memory;
using ConcatService.Worker.Protocol;
using Microsoft.Extensions.Logging;

namespace ConcatService.Worker.Supervision;

/// <summary>
/// One trainer, as its supervisor sees it. Lives until <see cref="Kill"/>, until it ends by itself, or until it has been silent too long.
/// </summary>
internal sealed partial class TrainerProcess
{
    private readonly Process _process;
    private readonly ILogger _log;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Message> _exported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _writing = new();
    private long _heard = Stopwatch.GetTimestamp();

    public TrainerProcess(Process process, ILogger log)
    {
        (_process, _log) = (process, log);
        ProcessId = process.Id;
        Ended = ListenAsync();
        _ = BeatAsync();
    }

    public int ProcessId { get; }

    /// <summary>What log lines about it say of its job, as soon as it has one.</summary>
    public Func<IDisposable?> LogScope { get; set; } = () => null;

    /// <summary>Its device, as soon as it can take a job. Faults when it ends before.</summary>
    public Task<string> Ready => _ready.Task;

    /// <summary>Its answer to <see cref="MessageKind.Export"/>. Faults when it ends before.</summary>
    public Task<Message> Exported => _exported.Task;

    /// <summary>Its exit code; 128 + n when signal n killed it.</summary>
    public Task<int> Ended { get; }

    /// <summary>Whether its last words were of memory that it did not get. Native code then aborts, where nothing can be caught.</summary>
    public bool WantedMemory { get; private set; }

    /// <summary>Does nothing when the process is gone: <see cref="Ended"/> tells.</summary>
    public void Send(Message message)
    {
        lock (_writing)
        {
            try
            {
                _process.StandardInput.WriteLine(message.ToLine());
                _process.StandardInput.Flush();
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException)
            {
            }
        }
    }

    /// <summary>Whether <see cref="Kill"/> has ended it, and not somebody else.</summary>
    public bool WasKilled { get; private set; }

    public void Kill()
    {
        if (Ended.IsCompleted)
            return;
        WasKilled = true;
        _process.Kill();
    }

    private async Task<int> ListenAsync()
    {
        var words = PassOnAsync();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
            var message = Message.Parse(line);
            if (message.Kind == MessageKind.Ready)
                _ready.TrySetResult(message.Device);
            else if (message.Kind == MessageKind.Exported)
                _exported.TrySetResult(message);
        }
        await words;
        await _process.WaitForExitAsync();
        _ready.TrySetException(new InvalidOperationException($"The trainer ended with code {_process.ExitCode} before it was ready."));
        _exported.TrySetException(
            new InvalidOperationException($"The trainer ended with code {_process.ExitCode} before it had an answer.")
        );
        _ = _exported.Task.Exception; // most trainers are never asked: nobody misses it
        return _process.ExitCode;
    }

    /// <summary>What it says for people goes to the worker's log.</summary>
    private async Task PassOnAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            WantedMemory |= OutOfMemory.Is(line);
            using (LogScope())
                Said(ProcessId, line);
        }
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Heartbeat.Interval);
        while (await timer.WaitForNextTickAsync() && !Ended.IsCompleted)
        {
            Send(new Message(MessageKind.Alive));
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _heard)) > Heartbeat.Timeout)
                Kill();
        }
    }

    [LoggerMessage(3050, LogLevel.Warning, "Trainer {ProcessId}: {Line}")]
    private partial void Said(int processId, string line);
}
