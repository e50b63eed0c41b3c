using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Conventions;

public sealed partial class NamespaceTests
{
    /// <summary>A folder for each family, and one namespace: a spec names an operator without its family.</summary>
    private const string Operators = "src/Operators/";

    /// <summary>What tests a whole, and no folder of a project: the repository, its pages, every operator, a protocol.</summary>
    private static readonly string[] Suites = ["Conventions", "Docs", "Tour", "Conformance", "Oracle", "Inference/Protocol"];

    [Fact]
    public void Namespaces_follow_folders()
    {
        var strays = SourceTree
            .Files.Where(file => !file.StartsWith(Operators, StringComparison.Ordinal))
            .Select(file => (File: file, Found: Declaration().Match(SourceTree.Read(file)).Groups[1].Value, Expected: Expected(file)))
            .Where(each => each.Found.Length > 0 && each.Found != each.Expected);
        Assert.Empty(strays);
    }

    [Theory]
    [InlineData("Api"), InlineData("Domain"), InlineData("Persistence"), InlineData("Training"), InlineData("Worker")]
    public void The_tests_of_a_project_have_its_folders(string project) =>
        Assert.Empty(Folders($"tests/{project}.Tests/").Except(Folders($"src/{project}/")).Except(Suites));

    private static IEnumerable<string> Folders(string project) =>
        SourceTree
            .Files.Where(file => file.StartsWith(project, StringComparison.Ordinal))
            .Select(file => SourceTree.Folder(file)[(project.Length - 1)..].TrimStart('/'))
            .Distinct();

    private static string Expected(string file)
    {
        if (file.StartsWith("tests/Shared/", StringComparison.Ordinal))
            return "ConcatService.Tests";
        var (folder, root) = SourceTree.Projects.SingleOrDefault(each => file.StartsWith($"{each.Key}/", StringComparison.Ordinal));
        return folder is null ? "" : $"{root}{SourceTree.Folder(file)[folder.Length..].Replace('/', '.')}";
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
