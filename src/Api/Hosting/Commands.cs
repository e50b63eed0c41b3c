using System.CommandLine;

namespace ConcatService.Api.Hosting;

/// <summary>What this program does beside serving. Without a command it serves, and its arguments are the host's.</summary>
internal static class Commands
{
    public static Task<int> RunAsync(string[] args) =>
        new RootCommand("Serves ConcatService's HTTP and gRPC API; with a command, does that and ends.")
        {
            KeyCommand.Create(),
            MigrateCommand.Create(),
        }
            .Parse(args)
            .InvokeAsync();
}
