using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Docs;

/// <summary>Pages point only at what exists: files, headings, decisions, commands.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file_and_a_heading()
    {
        var broken = Pages.All.SelectMany(page => Named(Link(), page)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Leads(page, target))
            .Select(target => $"{Pages.Relative(page)}: {target}"));
        Assert.Equal([], broken);
    }

    [Fact]
    public void Every_path_that_a_page_names_exists()
    {
        // The changelog tells of files as they were.
        var missing = Pages.All.Where(page => Path.GetFileName(page) != "CHANGELOG.md").SelectMany(page => Named(NamedPath(), page)
            .Where(path => !path.Contains("NAME", StringComparison.Ordinal) && !Exists(path.TrimEnd('/')))
            .Select(path => $"{Pages.Relative(page)}: {path}"));
        Assert.Equal([], missing);
    }

    [Fact]
    public void Every_decision_that_is_cited_by_number_exists()
    {
        var known = Decisions().Select(NumberOf).ToHashSet();
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Pages.IsBuildOutput(file));
        var unknown = Pages.All.Concat(sources).SelectMany(file => Decision().Matches(File.ReadAllText(file))
            .Select(match => int.Parse(match.Groups[1].Value))
            .Where(number => !known.Contains(number))
            .Select(number => $"{Pages.Relative(file)}: decision {number}"));
        Assert.Equal([], unknown);
    }

    [Fact]
    public void A_decision_has_its_number_in_name_and_title_and_says_context_choice_and_price()
    {
        foreach (var file in Decisions())
        {
            var text = File.ReadAllText(file);
            Assert.StartsWith($"# {NumberOf(file)}. ", text, StringComparison.Ordinal);
            string[] parts = ["**Context.**", "**Choice.**", "**Price.**"];
            var missing = parts.Where(part => !text.Contains(part, StringComparison.Ordinal));
            Assert.Equal([], missing.Select(part => $"{Pages.Relative(file)}: {part}"));
        }

        Assert.Equal([], Decisions().GroupBy(NumberOf).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void Every_bench_that_a_page_names_exists()
    {
        var benches = Directory.EnumerateFiles(Path.Combine(Repository.Root, "bench"), "*.cs")
            .Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet();
        var unknown = Pages.All.SelectMany(page => Bench().Matches(File.ReadAllText(page)).Select(match => match.Groups[1].Value))
            .Where(name => name != "NAME" && !benches.Contains(name));
        Assert.Equal([], unknown.Distinct());
    }

    private static IEnumerable<string> Decisions() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "decisions"));

    private static int NumberOf(string decision) => int.Parse(Path.GetFileName(decision)[..4]);

    /// <summary>What the expression's first group finds in a page outside of its fenced blocks.</summary>
    private static IEnumerable<string> Named(Regex what, string page) =>
        what.Matches(Pages.WithoutBlocks(File.ReadAllText(page))).Select(match => match.Groups[1].Value);

    private static bool Leads(string page, string target)
    {
        var parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
        var hasHeading = parts.Length == 1 || (File.Exists(file) && Headings(File.ReadAllText(file)).Contains(parts[1]));
        return hasHeading && (Directory.Exists(file) || File.Exists(file));
    }

    /// <summary>The anchors of a page, as GitHub makes them.</summary>
    private static IEnumerable<string> Headings(string text) =>
        Heading().Matches(text).Select(heading => NotInAnchor().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    private static bool Exists(string path)
    {
        var full = Path.Combine(Repository.Root, path);
        if (!path.Contains('*', StringComparison.Ordinal))
            return File.Exists(full) || Directory.Exists(full);
        var folder = Path.GetDirectoryName(full)!;
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(full)).Any();
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|docs|bench|scripts|samples)/[\w./*-]*)`")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"(?:\b[Dd]ecision |docs/decisions/)(\d+)\b")]
    private static partial Regex Decision();

    [GeneratedRegex(@"\./concat bench ([\w-]+)")]
    private static partial Regex Bench();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
