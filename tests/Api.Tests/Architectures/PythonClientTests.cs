using System.Diagnostics;

namespace ConcatService.Api.Tests.Architectures;

/// <summary>The Python client against the service: broken PyTorch modules are read, explained at their lines, mended and run.</summary>
public sealed class PythonClientTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The system's Python, which has Debian's torch where that is installed.</summary>
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Broken_modules_are_explained_and_mended()
    {
        Assert.SkipUnless(
            File.Exists(Python) && (await RunAsync("-c", "import torch")).ExitCode == 0,
            "Needs torch for the system's Python: apt-get install python3-torch."
        );
        var (exitCode, output) = await RunAsync("-m", "unittest", "tests.test_broken");
        Assert.True(exitCode == 0, output);
        Assert.Contains("broken modules: call ", output, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            WorkingDirectory = Path.Combine(Repository.Root, "clients", "python"),
            RedirectStandardError = true,
        };
        start.Environment["CONCAT_URL"] = $"http://127.0.0.1:{server.Port}";
        start.Environment["CONCAT_KEY"] = server.Api.Key;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var python = Process.Start(start)!;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Limit);
        var output = await python.StandardError.ReadToEndAsync(stop.Token);
        await python.WaitForExitAsync(stop.Token);
        return (python.ExitCode, output);
    }
}
