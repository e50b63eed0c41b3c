// Every network of torchvision read by clients/python, and compiled: valid, without warnings, with torch's own count of parameters.
// needs: nothing
// Names of networks; default all. Needs python3-torch and python3-torchvision (Debian).
#:project ../src/Domain/Domain.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;

using var reader = Process.Start(
    new ProcessStartInfo("/usr/bin/python3", ["bench/torchvision_read.py", .. args])
    {
        RedirectStandardOutput = true,
        Environment = { ["OMP_WAIT_POLICY"] = "PASSIVE" },
    }
)!;
var (read, exact, valid, warned, near, slowest) = (0, 0, 0, 0, 0, 0.0);
var (all, lacking) = (0, new Dictionary<string, List<string>>());
while (await reader.StandardOutput.ReadLineAsync() is { } line)
{
    using var document = JsonDocument.Parse(line);
    var network = document.RootElement;
    var name = network.GetProperty("name").GetString()!;
    all++;
    if (network.GetProperty("gaps").GetArrayLength() > 0)
    {
        var kinds = network.GetProperty("gaps").EnumerateArray().Select(gap => gap.GetProperty("kind").GetString()!).Distinct();
        var lacks = string.Join(", ", kinds.Order());
        (lacking.TryGetValue(lacks, out var names) ? names : lacking[lacks] = []).Add(name);
        continue;
    }

    read++;
    var compiled = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(network.GetProperty("spec")));
    var totals = compiled.Plan is { } plan ? Totals.Of(plan) : null;
    var (parameters, macs) = (network.GetProperty("parameters").GetInt64(), network.GetProperty("macs").GetInt64());
    var warnings = compiled.Report.Diagnostics.Where(found => found.Severity == Severity.Warning).ToList();
    var difference = Math.Abs(((totals?.Macs ?? 0) / (double)macs) - 1);
    slowest = Math.Max(slowest, network.GetProperty("seconds").GetDouble());
    valid += compiled.Verdict == "valid" ? 1 : 0;
    exact += totals?.Parameters == parameters ? 1 : 0;
    warned += warnings.Count > 0 ? 1 : 0;
    near += difference <= 0.01 ? 1 : 0;
    Console.WriteLine(
        $"{name, -32} {compiled.Verdict, -8} {compiled.Planned.Rows.Count, 5} layers  {totals?.Parameters, 13:N0} of {parameters, 13:N0} "
            + $"parameters  MACs {100 * difference:F2} % off  {warnings.Count} warnings"
    );
    foreach (var found in compiled.Report.Diagnostics.Take(3))
        Console.WriteLine($"    {found.Code.Name}: {found.Message}");
}

await reader.WaitForExitAsync();
foreach (var (lacks, names) in lacking)
    Console.WriteLine($"not written yet, for {lacks}: {string.Join(", ", names)}");
Console.WriteLine(
    $"{all} networks: {read} read, the slowest in {slowest:F2} s; {valid} valid, {exact} exact in parameters, {near} within 1 % in MACs, "
        + $"{warned} with warnings"
);
return reader.ExitCode != 0 ? reader.ExitCode : valid == read && exact == read && warned == 0 ? 0 : 1;
