using ConcatService.Persistence.Models;
using ConcatService.Worker.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Worker.Supervision;

/// <summary>
/// Makes models of checkpoints, one after another, beside the job in work: by a trainer of its own at the lowest priority, on one core.
/// </summary>
internal sealed partial class CheckpointExporter(
    CheckpointExports exports,
    TrainerCommand command,
    NpgsqlDataSource source,
    ILogger<CheckpointExporter> log
) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromMinutes(30);

    /// <summary>Whether it makes a model now.</summary>
    public bool IsBusy { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await exports.ClaimAsync(stoppingToken) is { } taken)
                    await using (taken)
                        await MakeAsync(taken, stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                Lost(failure.Message);                                          // it is there for another attempt
            }
        }
    }

    private async Task MakeAsync(ClaimedExport taken, CancellationToken stop)
    {
        var (export, trainer) = (taken.Export, new TrainerProcess(command.Start(), log));
        var scope = await JobScope.OfAsync(log, source, export.JobId, export.TeamId, stop);
        trainer.LogScope = scope.Begin;
        using var told = scope.Begin();
        IsBusy = true;
        try
        {
            await trainer.Ready.WaitAsync(stop);
            trainer.Send(
                new Message(MessageKind.Export)
                {
                    JobId = export.JobId,
                    TeamId = export.TeamId,
                    Step = export.Step,
                    Sha256 = export.Sha256,
                }
            );
            var answer = await trainer.Exported.WaitAsync(Longest, stop);
            if (answer.Version is { } version)
                Made(export.JobId, export.Step, export.ModelName, await taken.SucceedAsync(version, stop));
            else
                await taken.FailAsync(answer.Problem, stop);
        }
        finally
        {
            IsBusy = false;
            trainer.Kill();
        }
    }

    [LoggerMessage(3040, LogLevel.Information, "Job {JobId}: the checkpoint of step {Step} is published as version {Version} of model "
        + "{Model}")]
    private partial void Made(Guid jobId, long step, string model, int version);

    [LoggerMessage(3041, LogLevel.Warning, "A checkpoint export failed and will be tried again: {Problem}")]
    private partial void Lost(string problem);
}
