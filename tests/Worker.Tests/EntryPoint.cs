using ConcatService.Worker.Memory;
using ConcatService.Worker.Trainers;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace ConcatService.Worker.Tests;

/// <summary>
/// Runs the tests, or, started by them, is the worker and its trainers: the product's own processes, around a training that is small, real,
/// and ends, breaks or dies as its settings say.
/// </summary>
internal static class EntryPoint
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["trainer"] => await TrainerHost.RunAsync(SmallTraining.RunAsync),
        ["worker", ..] => await WorkerHost.RunAsync(
            args[1..],
            new MachineMemory(Environment.GetEnvironmentVariable(SmallTraining.Root) ?? "/")
        ),
        _ when args.Any(argument => argument is "--server" or "--internal-msbuild-node") => await TestPlatformTestFramework.RunAsync(
            args,
            SelfRegisteredExtensions.AddSelfRegisteredExtensions
        ),
        _ => await ConsoleRunner.Run(args),
    };
}
