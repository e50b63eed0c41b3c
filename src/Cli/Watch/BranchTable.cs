using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ConcatService.Cli.Watch;

/// <summary>What each branch of each concat brings, by the newest sample.</summary>
internal static class BranchTable
{
    /// <summary>Of a network with many concats the first ones: a terminal has no more lines.</summary>
    private const int MostBranches = 12;

    /// <param name="concats">As <c>GET /v1/jobs/{id}/concats</c> has it.</param>
    /// <returns>Null where nothing is known yet.</returns>
    public static Table? Of(JsonNode? concats)
    {
        var branches = concats
            ?["concats"]?.AsArray()
            .Where(concat => concat!["step"] is not null)
            .SelectMany(concat => concat!["branches"]!.AsArray().Select(branch => (Concat: (string)concat["layer"]!, Branch: branch!)))
            .ToList();
        if (branches is not { Count: > 0 })
            return null;

        var table = new Table().Border(TableBorder.Simple).AddColumns("concat", "branch");
        foreach (var title in new[] { "channels", "activation RMS", "gradient RMS", "weight share", "contribution", "dead channels" })
            table.AddColumn(new TableColumn(title).RightAligned());
        table.AddColumn("verdict");
        foreach (var (concat, branch) in branches.Take(MostBranches))
            table.AddRow(
                Markup.Escape(concat),
                Markup.Escape((string)branch["name"]!),
                $"{branch["channels"]}",
                Number(branch["activation_rms"]),
                Number(branch["gradient_rms"]),
                Share(branch["weight_share"]),
                Share(branch["contribution_share"]),
                Share(branch["dead_channels"]),
                Verdicts(branch)
            );
        return branches.Count > MostBranches ? table.Caption($"and {branches.Count - MostBranches} more branches") : table;
    }

    private static string Number(JsonNode? value) =>
        (double?)value is { } number ? number.ToString("0.0e+0", CultureInfo.InvariantCulture) : "";

    private static string Share(JsonNode? value) =>
        (double?)value is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:F0} %") : "";

    private static string Verdicts(JsonNode branch) =>
        branch["verdicts"]?.AsArray() is { Count: > 0 } found
            ? $"[yellow]{Markup.Escape(string.Join(", ", found.Select(verdict => (string)verdict!["code"]!)))}[/]"
            : "";
}
