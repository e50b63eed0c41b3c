using System.Text.RegularExpressions;

namespace ConcatService.Domain.Tests.Docs;

/// <summary>The pages of the repository, as the tests of this folder read them.</summary>
internal static partial class Pages
{
    /// <summary>Every page, by its path from the root: <c>docs/spec.md</c>.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md"),
        .. new[] { "docs", "bench", "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories))
            .Where(page => !IsBuildOutput(page)),
    ];

    /// <summary>A file of the repository as text.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    /// <summary>A path as the pages write it: from the root, with <c>/</c>.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    /// <summary>Whether a file was made by a build.</summary>
    public static bool IsBuildOutput(string path) =>
        Relative(path).Split('/').Any(folder => folder is "bin" or "obj" or "node_modules" or "TestResults");

    /// <summary>The text without its fenced blocks, which quote other things than the page itself.</summary>
    public static string WithoutBlocks(string text) => Fence().Replace(text, "");

    /// <summary>The insides of the fenced blocks of a language.</summary>
    public static IEnumerable<string> Blocks(string text, string language) =>
        Fence().Matches(text).Where(block => block.Groups[1].Value == language).Select(block => block.Groups[2].Value);

    [GeneratedRegex(@"^[ \t]*```(\w*)\n(.*?)^[ \t]*```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
