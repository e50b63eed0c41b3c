using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace ConcatService.Api.Tests.Tour;

/// <summary>
/// Runs docs/tour.md as a reader would: a fresh instance by <c>./concat up</c>, then every command, and compares what it prints.
/// </summary>
public sealed partial class TourTests
{
    private static readonly TimeSpan UpLimit = TimeSpan.FromMinutes(8), CommandLimit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_tour_prints_what_its_page_shows()
    {
        var root = Repository.Root;
        var home = Directory.CreateTempSubdirectory("concat-tour-").FullName;
        var port = FreePort();
        using var shell = new Shell(root, home);
        try
        {
            var up = await shell.RunAsync($"./concat up --port {port} 2>&1", UpLimit);
            Assert.True(up.ExitCode == 0, up.Output);
            var page = await File.ReadAllTextAsync(Path.Combine(root, "docs", "tour.md"), TestContext.Current.CancellationToken);
            var commands = Commands(page)
                .ToList();
            Assert.True(commands.Count >= 10, $"{commands.Count} commands were found in docs/tour.md.");
            foreach (var (command, expected) in commands)
            {
                var (printed, _) = await shell.RunAsync(
                    command.Replace("http://127.0.0.1:8080", $"http://127.0.0.1:{port}", StringComparison.Ordinal),
                    CommandLimit
                );
                Assert.True(Matches(expected, printed), $"$ {command}\nshould print\n{expected}\nand printed\n{printed}");
            }
        }
        finally
        {
            // As root the cluster stands outside CONCAT_HOME.
            await shell.RunAsync(
                """
                CLUSTER=$(./concat status | sed -n 's/^ *cluster *\(.*\), port.*/\1/p'); ./concat down; rm -rf -- "$CLUSTER" "$CONCAT_HOME" 
                """,
                CommandLimit
            );
        }
    }

    /// <summary>The commands of the page's console blocks, each with the lines that it prints.</summary>
    private static IEnumerable<(string Command, string Expected)> Commands(string tour)
    {
        foreach (Match block in ConsoleBlock().Matches(tour))
        {
            foreach (var part in block.Groups[1].Value.Split("\n$ "))
            {
                var lines = part.Split('\n', 2);
                yield return (lines[0], lines.Length > 1 ? lines[1].TrimEnd('\n') : "");
            }
        }
    }

    /// <summary>Whether the output is as shown, where <c>…</c> stands for anything.</summary>
    private static bool Matches(string expected, string printed) =>
        Regex.IsMatch(
            printed.TrimEnd('\n'),
            $"^{Regex.Escape(expected).Replace("…", ".*", StringComparison.Ordinal)}$",
            RegexOptions.Singleline
        );

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("```console\n\\$ (.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();
}
