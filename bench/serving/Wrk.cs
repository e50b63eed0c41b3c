using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ConcatService.Serving;

/// <summary>wrk (https://github.com/wg/wrk), which costs less than what it loads; apt-get install wrk.</summary>
public static partial class Wrk
{
    /// <summary>Requests per second of so many connections that always have one request out.</summary>
    public static async Task<double> PerSecondAsync(string url, string script, int connections, int seconds)
    {
        var start = new ProcessStartInfo(
            "wrk",
            ["-t", $"{Math.Min(connections, 2)}", "-c", $"{connections}", "-d", $"{seconds}s", "-s", script, url]
        )
        {
            RedirectStandardOutput = true,
        };
        using var wrk = Process.Start(start)!;
        var text = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || !Rate().IsMatch(text))
            throw new InvalidOperationException($"wrk against {url}:\n{text}");
        return double.Parse(Rate().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Writes the script that sends one request over and over.</summary>
    public static string Script(string folder, string name, byte[] body, params string[] headers)
    {
        var (data, script) = (Path.Combine(folder, $"{name}.body"), Path.Combine(folder, $"{name}.lua"));
        File.WriteAllBytes(data, body);
        var lines = headers.Select(header =>
            $"wrk.headers[\"{header[..header.IndexOf(':')]}\"] = \"{header[(header.IndexOf(':') + 2)..]}\"\n"
        );
        File.WriteAllText(script, $"wrk.method = \"POST\"\nwrk.body = io.open(\"{data}\", \"rb\"):read(\"*a\")\n{string.Concat(lines)}");
        return script;
    }

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)")]
    private static partial Regex Rate();
}
