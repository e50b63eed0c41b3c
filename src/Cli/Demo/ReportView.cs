using System.Text.Json.Nodes;
using Spectre.Console;

namespace ConcatService.Cli.Demo;

/// <summary>A validation report for people.</summary>
internal static class ReportView
{
    /// <summary>Each error with the shapes that met, where they parted, and what repairs it.</summary>
    /// <exception cref="CliException">The report has no error.</exception>
    public static void ShowRefusal(JsonNode report)
    {
        var errors = report["diagnostics"]!.AsArray().Where(each => (string?)each!["severity"] == "error").ToList();
        if (errors.Count == 0)
            throw new CliException($"validate: the broken network was not refused; the verdict is {report["verdict"]}.");
        AnsiConsole.MarkupLine("  [bold red]invalid[/]");
        foreach (var error in errors)
            Show(error!);
    }

    /// <summary>What was applied, and what the network is now.</summary>
    /// <exception cref="CliException">The repaired network is not valid.</exception>
    public static void ShowRepair(JsonNode repair)
    {
        foreach (var step in repair["applied"]!.AsArray())
        {
            AnsiConsole.MarkupLineInterpolated(
                $"  applied [bold]{step!["fix"]!["id"]}[/] at {step["diagnostic"]!["layer"]}: {step["fix"]!["title"]}"
            );
            foreach (var operation in step["fix"]!["patch"]!.AsArray())
                AnsiConsole.MarkupLineInterpolated($"    [grey]{operation!.ToJsonString()}[/]");
        }

        var report = repair["report"]!;
        if (!(bool)report["valid"]!)
            throw new CliException($"repair: the network is still {report["verdict"]}: {report["diagnostics"]?[0]?["message"]}");
        AnsiConsole.MarkupLineInterpolated(
            $"  [bold green]valid[/]: {(long)report["parameters"]!:N0} parameters, {(long)report["macs"]! / 1e6:N1} million MACs per sample"
        );
    }

    private static void Show(JsonNode error)
    {
        AnsiConsole.MarkupLineInterpolated($"  [red]{error["code"]}[/] at [bold]{error["layer"]}[/] ({error["path"]})");
        AnsiConsole.Write(new Padder(new Text($"{error["message"]}")).Padding(2, 0, 0, 0));
        foreach (var input in error["inputs"]!.AsArray())
            AnsiConsole.MarkupLineInterpolated($"    {input!["name"]} is {string.Join(" x ", input["shape"]!.AsArray())}");
        if (error["cause"] is { } cause)
            AnsiConsole.MarkupLineInterpolated($"  cause: {cause["kind"]} at [bold]{cause["layer"]}[/] ({cause["path"]})");
        AnsiConsole.WriteLine("  fixes (each was compiled before it was offered):");
        var table = new Table().Border(TableBorder.Minimal).AddColumns("fix", "change", "parameters", "million MACs", "effect");
        foreach (var fix in error["fixes"]!.AsArray())
            table.AddRow(
                Cell(fix!["id"]),
                Cell(fix["title"]),
                $"{(long)fix["added_parameters"]!:+#,0;-#,0;0}",
                $"{(long?)fix["added_macs"] / 1e6:+0.0;-0.0;0}",
                Cell(fix["effect"])
            );
        AnsiConsole.Write(new Padder(table).Padding(2, 0, 0, 0));
    }

    private static string Cell(JsonNode? value) => $"{value}".EscapeMarkup();
}
