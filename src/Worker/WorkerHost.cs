using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Logs;
using ConcatService.Persistence.Queue;
using ConcatService.Persistence.Retention;
using ConcatService.Persistence.Telemetry;
using ConcatService.Worker.Memory;
using ConcatService.Worker.Supervision;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConcatService.Worker;

/// <summary>The supervisor: listens on the queues of its device and keeps trainers.</summary>
public static class WorkerHost
{
    /// <summary>
    /// Runs until SIGTERM; then the job in work has <see cref="QueueStorage.Shutdown"/> to write a checkpoint and give its lease back.
    /// </summary>
    /// <param name="args">
    /// Configuration, as <c>--Name=value</c>. <c>ConnectionStrings:Postgres</c> is required. With <c>--until-idle</c> it also ends, with
    /// code 0, when there has been nothing to do for 30 s.
    /// </param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, new MachineMemory());

    internal static async Task<int> RunAsync(string[] args, MachineMemory memory)
    {
        var builder = Host.CreateApplicationBuilder(WorkerSettings.Written(args));
        if (builder.Configuration.GetConnectionString("Postgres") is not { Length: > 0 } connectionString)
        {
            await Console.Error.WriteLineAsync("No database: set ConnectionStrings__Postgres.");
            return 1;
        }

        WorkerSettings settings;
        try
        {
            settings = WorkerSettings.Read(builder.Configuration);
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 1;
        }

        ConsoleLog.Configure(builder);
        Tracing.Configure(builder, "concat-worker", _ => { });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = QueueStorage.Shutdown + TimeSpan.FromSeconds(10));
        builder.Services.AddSingleton(RetentionSettings.Read(builder.Configuration));
        builder.Services.AddPersistence(connectionString);
        builder.Services.AddSingleton(LocalProcesses.Self());
        builder.Services.AddSingleton(memory);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new TrainerCommand(connectionString));
        builder.Services.AddSingleton<SpareTrainer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SpareTrainer>());
        builder.Services.AddSingleton<Supervisor>();
        builder.Services.AddSingleton<ITrainingJob>(services => services.GetRequiredService<Supervisor>());
        builder.Services.AddSingleton<Listener>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Listener>());
        builder.Services.AddSingleton<CheckpointExporter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CheckpointExporter>());
        builder.Services.AddHostedService<HeartbeatFile>();
        builder.Services.AddHostedService<IdleEnd>();
        builder.Services.AddHostedService<Maintenance>();
        await builder.Build().RunAsync();
        return 0;
    }
}
