using ConcatService.Cli;
using ConcatService.Cli.Check;
using ConcatService.Cli.Demo;
using ConcatService.Cli.Watch;
using Spectre.Console;

// Where nobody looks at a terminal, lines are as long as they need to be.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;

try
{
    switch (args)
    {
        case ["demo"]:
            await DemoCommand.RunAsync(ServiceClient.FromEnvironment(), CancellationToken.None);
            return 0;
        case ["check", .. var arguments]:
            return await CheckCommand.RunAsync(arguments, CancellationToken.None);
        case ["watch"] or ["watch", _]:
            return await WatchCommand.RunAsync(ServiceClient.FromEnvironment(), args.ElementAtOrDefault(1));
        default:
            await Console.Error.WriteLineAsync(
                "Usage: Cli demo | watch [ID] | check FILE. The environment must have CONCAT_URL and CONCAT_KEY; ./concat sets both."
            );
            return 2;
    }
}
catch (CliException broken)
{
    await Console.Error.WriteLineAsync($"{args[0]}: {broken.Message}");
    return args[0] == "check" ? 2 : 1;                                                           // 1 says that the network has an error
}
