using System.Diagnostics;
using System.Text;

namespace ConcatService.Api.Tests.Tour;

/// <summary>
/// One bash session in the repository's root, with a CONCAT_HOME of its own: commands see the variables of the ones before. What it
/// starts is the build that the tests run on, not another one.
/// </summary>
internal sealed class Shell : IDisposable
{
    private const string EndOfOutput = "\u001e";

    private readonly Process _bash;

    public Shell(string root, string home)
    {
        var start = new ProcessStartInfo("bash") { WorkingDirectory = root, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["CONCAT_HOME"] = home;
        start.Environment["CONCAT_CONFIGURATION"] = "Debug";
        _bash = Process.Start(start)!;
    }

    /// <summary>What the command prints, and its exit code.</summary>
    public async Task<(string Output, int ExitCode)> RunAsync(string command, TimeSpan limit)
    {
        await _bash.StandardInput.WriteLineAsync($"{command}\necho {EndOfOutput}$?");
        var output = new StringBuilder();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(limit);
        while (await _bash.StandardOutput.ReadLineAsync(stop.Token) is { } line)
        {
            // Output without a last line break has the mark behind it.
            var end = line.IndexOf(EndOfOutput, StringComparison.Ordinal);
            if (end < 0)
            {
                output.Append(line).Append('\n');
                continue;
            }

            return (output.Append(line[..end]).ToString(), int.Parse(line[(end + 1)..]));
        }

        throw new InvalidOperationException($"bash ended at: {command}");
    }

    public void Dispose()
    {
        if (!_bash.HasExited)
            _bash.Kill(entireProcessTree: false);
        _bash.Dispose();
    }
}
