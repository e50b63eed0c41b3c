using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Docs;

/// <summary>CONTRIBUTING.md can be followed: what it names exists, and the code that it shows is that of the tree.</summary>
public sealed partial class ContributingTests
{
    private static readonly string Page = Pages.Read("CONTRIBUTING.md");

    private static readonly string Sources = string.Concat(
        new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Pages.IsBuildOutput(file))
            .Select(File.ReadAllText)
    );

    [Fact]
    public void Every_type_and_member_that_a_recipe_names_exists()
    {
        var recipes = Pages.WithoutBlocks(Page[Page.IndexOf("## Recipe", StringComparison.Ordinal)..]);
        var names = Name().Matches(recipes).Select(name => name.Groups[1].Value).Distinct().ToList();
        Assert.True(names.Count > 20, $"{names.Count} names");
        Assert.Equal([], names.Where(name => !Regex.IsMatch(Sources, $@"\b{name}(Attribute)?\b")));
    }

    [Fact]
    public void Every_filter_finds_a_test()
    {
        var filters = Filter().Matches(Page).Select(filter => (Kind: filter.Groups[1].Value, Name: filter.Groups[2].Value)).ToList();
        Assert.True(filters.Count > 4, $"{filters.Count} filters");
        var missing = filters.Where(filter => !Regex.IsMatch(Sources, $@"\b(class|void) \w*{filter.Name}"));
        Assert.Equal([], missing.Select(filter => filter.Name));
    }

    [Fact]
    public void The_operator_that_is_shown_overrides_what_operators_have()
    {
        var overridden = Override().Matches(string.Concat(Pages.Blocks(Page, "csharp"))).Select(member => member.Groups[1].Value).ToList();
        Assert.True(overridden.Count > 4, $"{overridden.Count} overrides");
        Assert.Equal([], overridden.Where(name => !Regex.IsMatch(Sources, $@"(virtual|abstract) [^;{{=]*\b{name}\b")));
    }

    [Fact]
    public void The_files_that_are_shown_are_those_of_the_tree()
    {
        var shown = ShownFile().Matches(Page).Select(match => (Name: match.Groups[1].Value, Text: match.Groups[2].Value)).ToList();
        Assert.Equal(2, shown.Count);
        Assert.Equal([], shown.Where(file => IsOther(Path.Combine("src", "Operators", file.Name), file.Text)).Select(file => file.Name));
    }

    /// <summary>Whether there is such a file with another text.</summary>
    private static bool IsOther(string path, string text) => File.Exists(Path.Combine(Repository.Root, path)) && Pages.Read(path) != text;

    [GeneratedRegex(@"`([A-Z]\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex("--filter-(class|method) \"\\*(\\w+)\\*?\"")]
    private static partial Regex Filter();

    [GeneratedRegex(@"override [^;{=(]*?(\w+)(?=\(| =>)")]
    private static partial Regex Override();

    [GeneratedRegex(@"`(\w+/\w+(?:\.Torch)?\.cs)`[^`]*?```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShownFile();
}
