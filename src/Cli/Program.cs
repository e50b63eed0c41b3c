using ConcatService.Cli;
using ConcatService.Cli.Demo;
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
        default:
            await Console.Error.WriteLineAsync("Usage: Cli demo    with CONCAT_URL and CONCAT_KEY in the environment; ./concat demo sets both.");
            return 2;
    }
}
catch (CliException broken)
{
    await Console.Error.WriteLineAsync($"{args[0]}: {broken.Message}");
    return 1;
}
