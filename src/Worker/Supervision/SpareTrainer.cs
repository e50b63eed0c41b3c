using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcatService.Worker.Supervision;

/// <summary>Keeps one trainer warm: libtorch loaded, a step taken, a database connection open. A job then starts in milliseconds.</summary>
internal sealed partial class SpareTrainer(TrainerCommand command, ILogger<SpareTrainer> log) : BackgroundService
{
    // A job that has just got the last spare shall have the processor to itself for its first steps.
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    private readonly Lock _changing = new();
    private TrainerProcess? _spare;
    private long _taken;

    public bool IsReady => _spare is { Ready.IsCompletedSuccessfully: true, Ended.IsCompleted: false };

    /// <summary>
    /// The device that trainers of this machine have: <c>cpu</c> or <c>cuda</c>. Only they load libtorch, so only they know.
    /// </summary>
    public async Task<string> DeviceAsync(CancellationToken cancel) => await Current().Ready.WaitAsync(cancel);

    /// <summary>Hands out the spare, as soon as it is warm, and starts the next one a little later.</summary>
    public async Task<TrainerProcess> TakeAsync(CancellationToken cancel)
    {
        while (true)
        {
            var trainer = Current();
            await trainer.Ready.WaitAsync(cancel);
            lock (_changing)
            {
                if (_spare == trainer && !trainer.Ended.IsCompleted)
                {
                    _spare = null;
                    _taken = Stopwatch.GetTimestamp();
                    return trainer;
                }
            }
        }
    }

    /// <summary>Takes back a trainer that got no job.</summary>
    public void PutBack(TrainerProcess trainer)
    {
        lock (_changing)
        {
            if (_spare is null)
            {
                _spare = trainer;
                return;
            }
        }
        trainer.Kill();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Courtesy / 2, stoppingToken);
                if (_spare is { Ready.IsFaulted: true } failed)
                {
                    NotReady(await failed.Ended);
                    await Task.Delay(AfterFailure, stoppingToken);
                }
                if (Stopwatch.GetElapsedTime(_taken) > Courtesy)
                    Current();
            }
        }
        finally
        {
            lock (_changing)
                _spare?.Kill();
        }
    }

    private TrainerProcess Current()
    {
        lock (_changing)
        {
            if (_spare is not { Ended.IsCompleted: false })
                _spare = new TrainerProcess(command.Start(), log);
            return _spare;
        }
    }

    [LoggerMessage(3001, LogLevel.Error, "A trainer exited with code {ExitCode} before it was ready; its error output is above")]
    private partial void NotReady(int exitCode);
}
