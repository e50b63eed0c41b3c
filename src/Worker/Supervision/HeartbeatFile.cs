using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcatService.Worker.Supervision;

/// <summary>
/// A file that is written every few seconds, for whoever asks whether this process lives and has no port to ask at. It says nothing of the
/// database: a worker that waits for one is not helped by being started again.
/// </summary>
internal sealed partial class HeartbeatFile(WorkerSettings settings, Listener listener, ILogger<HeartbeatFile> log) : BackgroundService
{
    /// <summary>The first one waits until the worker listens, which this notices at once.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200), Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.HeartbeatFile is not { } file)
            return;
        while (true)
        {
            if (listener.IsListening)
                await WriteAsync(file, stoppingToken);
            await Task.Delay(listener.IsListening ? Interval : Look, stoppingToken);
        }
    }

    private async Task WriteAsync(string file, CancellationToken stop)
    {
        try
        {
            await File.WriteAllTextAsync(file, DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture), stop);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            NotWritten(file, failure.Message);
        }
    }

    [LoggerMessage(3061, LogLevel.Warning, "The heartbeat file {File} could not be written: {Problem}")]
    private partial void NotWritten(string file, string problem);
}
