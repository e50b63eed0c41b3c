using System.Diagnostics;
using System.Reflection;
using ConcatService.Training;

namespace ConcatService.Worker.Supervision;

/// <summary>How this program starts itself as a trainer.</summary>
internal sealed record TrainerCommand(string ConnectionString)
{
    public Process Start()
    {
        var program = Environment.ProcessPath!;
        string[] itself = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location] : [];
        var start = new ProcessStartInfo(program, [.. itself, "trainer"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // not an argument: those can be read by everyone on the machine
        start.Environment["ConnectionStrings__Postgres"] = ConnectionString;
        foreach (var (name, value) in TrainerEnvironment.Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
