using System.Diagnostics;

namespace ConcatService.Api.Tests.Architectures;

/// <summary><c>./concat check</c> as a user runs it, against a service that listens.</summary>
public sealed class CheckCommandTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private const string Yaml = """
        nc: 3
        scales: {n: [0.33, 0.25, 1024]}
        backbone:
          - [-1, 1, Conv, [64, 3, 2]]
          - [-1, 1, Conv, [128, 3, 2]]
          - [-1, 3, C2f, [128, True]]
        head:
          - [-1, 1, nn.Upsample, [None, 2, nearest]]
          - [[-1, 2], 1, Concat, [1]]
          - [[4], 1, Detect, [nc]]
        """;

    [Fact]
    public async Task A_finding_stands_at_its_line_with_the_cause_and_a_fix()
    {
        var (code, output) = await CheckAsync("net.yaml", Yaml);
        Assert.Equal(1, code);
        Assert.Contains("net.yaml:9:5: error concat.shape_mismatch: ", output, StringComparison.Ordinal);
        Assert.Contains("     9 |   - [[-1, 2], 1, Concat, [1]]\n", output, StringComparison.Ordinal);
        Assert.Contains("net.yaml:8:5: note: ", output, StringComparison.Ordinal);
        Assert.Contains("  fix: ", output, StringComparison.Ordinal);
        Assert.EndsWith("net.yaml: 1 error.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spec_is_checked_at_the_lines_of_its_JSON()
    {
        var (code, output) = await CheckAsync("net.json", Samples.Text("two-branches-refused"));
        Assert.Equal(1, code);
        var line = Samples.Text("two-branches-refused").Split('\n').ToList().FindIndex(text => text.Contains("\"merge\"")) + 1;
        Assert.Contains($"net.json:{line}: error concat.shape_mismatch: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_error_it_ends_with_0_and_the_size()
    {
        var (code, output) = await CheckAsync("net.json", Samples.Text("two-branch"));
        Assert.Equal(0, code);
        Assert.EndsWith("net.json: no errors, 58,186 parameters.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PyTorch_module_is_sent_to_the_client_that_reads_it()
    {
        var (code, output) = await CheckAsync("net.py", "import torch\n");
        Assert.Equal(2, code);
        Assert.Contains("python3 -m concat_client check", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_no_known_format_says_what_is_read()
    {
        var (code, output) = await CheckAsync("net.txt", "hello\n");
        Assert.Equal(2, code);
        Assert.Contains("import.format", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> CheckAsync(string name, string text)
    {
        var folder = Directory.CreateTempSubdirectory("concat-check-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text, TestContext.Current.CancellationToken);
            using var process = Process.Start(
                new ProcessStartInfo("dotnet", [Program, "check", name])
                {
                    WorkingDirectory = folder.FullName,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    Environment = { ["CONCAT_URL"] = $"http://127.0.0.1:{server.Port}", ["CONCAT_KEY"] = server.Api.Key },
                }
            )!;
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output + await error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Built beside the tests, in the same configuration.</summary>
    private static string Program { get; } = Path.Combine(
        Repository.Root,
        "src/Cli",
        Path.GetRelativePath(Path.Combine(Repository.Root, "tests/Api.Tests"), AppContext.BaseDirectory),
        "Cli.dll"
    );
}
