using System.Diagnostics;
using System.Reflection;

namespace ConcatService.Worker;

/// <summary>How this program starts itself as a trainer.</summary>
internal sealed record TrainerCommand(string ConnectionString)
{
    public Process Start()
    {
        var program = Environment.ProcessPath!;
        string[] itself = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location] : [];
        var start = new ProcessStartInfo(program, [.. itself, "trainer"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["ConnectionStrings__Postgres"] = ConnectionString;        // not an argument: those can be read by everyone on the machine
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";                           // must be there before the start: spinning threads made a step 20 times slower
        // glibc would hand every large tensor back to the system and fault it in again at the next step: a fifth of a step's time.
        start.Environment["MALLOC_MMAP_THRESHOLD_"] = "8589934592";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "17179869184";
        return Process.Start(start)!;
    }
}
