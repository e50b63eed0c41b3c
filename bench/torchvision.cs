// Torchvision's networks, read by clients/python: verdict, warnings, parameters and MACs against torch's own counts. Arguments: names.
// needs: nothing
#:project ../src/Domain/Domain.csproj
#:project torch/TorchBench.csproj
#:property PublishAot=false

using System.Globalization;
using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;
using ConcatService.TorchBench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var python = TorchPython.Find("torchvision");
if (python is null)
{
    Console.WriteLine(
        "torchvision is not there to read: apt install python3-torch python3-torchvision (Debian), or pip install torchvision."
    );
    return 1;
}

List<Row> rows = [];
using var reader = TorchPython.Start(python, ["bench/torchvision_read.py", .. args], errors: false);
while (await reader.StandardOutput.ReadLineAsync() is { } line)
{
    using var answer = JsonDocument.Parse(line);
    rows.Add(Row.Of(answer.RootElement));
    Console.WriteLine(rows[^1].Text);
}

await reader.WaitForExitAsync();
if (reader.ExitCode != 0)
    return reader.ExitCode;

var read = rows.Where(row => row.IsRead).ToList();
Console.WriteLine();
foreach (var family in rows.GroupBy(row => row.Family))
    Console.WriteLine($"{family.Key,-15} {family.Count(row => row.IsRead),3} of {family.Count()} can be written");
Console.WriteLine(
    $"{read.Count} of {rows.Count} networks read: {read.Count(row => row.IsValid)} valid, {read.Count(row => row.IsExact)} with torch's "
        + $"count of parameters to the digit, {read.Count(row => row.Warnings == 0)} without warnings, {read.Count(row => row.HasMacs)} "
        + $"with MACs within 1 %, {read.Count(row => row.HasEqualMacs)} of them equal"
);
return read.All(row => row.IsRight) ? 0 : 1;

/// <summary>One network: what torch says of it and what the compiler says of its spec.</summary>
internal sealed record Row(string Family, string Text, bool IsRead, bool IsValid, bool IsExact, int Warnings, double MacsOff)
{
    // The aim: 1 %. A learned scale is written as a depthwise convolution, whose MACs count.
    public bool HasMacs => MacsOff <= 0.01;

    public bool HasEqualMacs => MacsOff == 0;

    public bool IsRight => IsValid && IsExact && Warnings == 0 && HasMacs;

    public static Row Of(JsonElement answer)
    {
        var (name, family) = (answer.GetProperty("name").GetString()!, answer.GetProperty("family").GetString()!);
        if (!answer.TryGetProperty("spec", out var spec))
            return new(family, $"{name,-34} cannot be written: {GapsOf(answer)}", false, false, false, 0, double.NaN);

        var compiled = Compiler.Compile(Encoding.UTF8.GetBytes(spec.GetRawText()));
        var findings = compiled.Report.Diagnostics;
        var totals = compiled.Plan is { } plan ? Totals.Of(plan) : null;
        var (parameters, macs) = (answer.GetProperty("parameters").GetInt64(), answer.GetProperty("macs").GetInt64());
        var off = totals?.Macs is { } counted ? Math.Abs(counted - macs) / (double)macs : double.NaN;
        var text = new StringBuilder($"{name,-34} {compiled.Verdict,-7} {spec.GetProperty("layers").GetArrayLength(),5} layers  ");
        text.Append($"{totals?.Parameters,13:N0} parameters");
        text.Append(totals?.Parameters == parameters ? " equal  " : $", torch {parameters:N0}  ");
        text.Append($"{totals?.Macs,15:N0} MACs ").Append(off == 0 ? "equal" : $"off by {off:P3}");
        foreach (var finding in findings.Take(3))
            text.Append($"\n    {finding.Severity} {finding.Code} at {finding.Layer}: {finding.Message}");
        var warnings = findings.Count(finding => finding.Severity == Severity.Warning);
        return new(family, text.ToString(), true, compiled.Plan is not null, totals?.Parameters == parameters, warnings, off);
    }

    // What is missing, each kind once: "parameter 2, index 1".
    private static string GapsOf(JsonElement answer) =>
        string.Join(
            ", ",
            answer
                .GetProperty("gaps")
                .EnumerateArray()
                .GroupBy(gap => gap.GetProperty("kind").GetString())
                .OrderByDescending(kind => kind.Count())
                .Select(kind => $"{kind.Key} {kind.Count()}")
        );
}
