using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ConcatService.Api.Tests.Hosting;

/// <summary>The script that keeps logs small.</summary>
public sealed partial class LogRotationTests
{
    private const int Lines = 200_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flood_of_lines_is_rotated_without_losing_or_doubling_one()
    {
        var folder = Directory.CreateTempSubdirectory("concat-rotate-").FullName;
        var log = Path.Combine(folder, "api.log");
        await File.WriteAllTextAsync(log, "", Cancel);
        if (!await CanCutAsync(log))
            Assert.Skip($"The file system of {folder} cannot take blocks from a file's beginning.");

        // 7 MB by bash's own echo: a call of the system for each line.
        using var writer = Start($"for ((i = 0; i < {Lines}; i++)); do echo \"line $i of a flood of lines\"; done >>'{log}'");
        using var rotate = Start(
            $"CONCAT_LOG_BYTES=500000 CONCAT_LOG_FILES=100 CONCAT_LOG_SECONDS=0.1 '{Repository.Root}/scripts/rotate' {writer.Id} '{log}'"
        );
        await writer.WaitForExitAsync(Cancel);
        await rotate.WaitForExitAsync(Cancel);
        Assert.Equal(0, writer.ExitCode);

        var files = Directory.GetFiles(folder);
        Assert.InRange(files.Length, 3, 99);
        var seen = files
            .SelectMany(file => File.ReadLines(file))
            .Select(line => Whole().Match(line))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .Order()
            .ToList();
        Assert.Equal(Enumerable.Range(0, Lines), seen);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> CanCutAsync(string file)
    {
        using var probe = Start(
            $"head -c 65536 /dev/zero >'{file}' && fallocate --collapse-range --offset 0 --length 4096 '{file}'; "
                + $"code=$?; : >'{file}'; exit $code"
        );
        await probe.WaitForExitAsync(Cancel);
        return probe.ExitCode == 0;
    }

    private static Process Start(string command) =>
        Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardError = true })!;

    [GeneratedRegex(@"^line (\d+) of a flood of lines$")]
    private static partial Regex Whole();
}
