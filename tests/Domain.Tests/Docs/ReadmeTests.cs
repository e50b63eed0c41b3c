using Xunit;

namespace ConcatService.Domain.Tests.Docs;

public sealed class ReadmeTests
{
    [Fact]
    public void The_readme_has_at_most_700_words() =>
        Assert.InRange(Pages.Read("README.md").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, 700);

    [Fact]
    public void The_first_screen_has_the_two_commands_and_the_picture()
    {
        var screen = string.Join('\n', Pages.Read("README.md").Split('\n').Take(20));
        string[] parts = ["./concat demo", "./concat test", "docs/pictures/refused.svg"];
        Assert.Equal([], parts.Where(part => !screen.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_page_of_docs_is_linked_from_the_readme()
    {
        var readme = Pages.Read("README.md");
        string[] pages =
        [
            "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(Pages.Relative),
        ];
        Assert.Equal([], pages.Where(page => !readme.Contains($"({page})", StringComparison.Ordinal)));
    }
}
