using System.Text.RegularExpressions;
using ConcatService.Domain.Operators;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>Nothing outside of src/Operators asks which operator it has: what it needs to know, the operator states.</summary>
public sealed partial class ConcreteOperatorTests
{
    /// <summary>
    /// The planner puts a relabeling around a layer with a data_format of its own, the expander folds and unfolds the steps of a
    /// time_distributed; no spec can name these operators.
    /// </summary>
    private static readonly string[] Exceptions = ["src/Domain/Planning/Planner.cs", "src/Domain/Graphs/Expander.cs"];

    [Fact]
    public void No_file_outside_of_the_operators_names_a_concrete_operator() =>
        Assert.Empty(Sources().Where(file => Concrete().IsMatch(file.Text)).Select(file => file.Path).Except(Exceptions));

    [Fact]
    public void No_file_outside_of_the_operators_compares_a_layers_type_with_a_name() =>
        Assert.Empty(Sources().Where(file => Compared().IsMatch(file.Text)).Select(file => file.Path));

    private static IEnumerable<(string Path, string Text)> Sources()
    {
        var root = Root();
        return Directory
            .EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(root, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.StartsWith("src/Operators/", StringComparison.Ordinal))
            .Where(file => !file.Path.Contains("/obj/", StringComparison.Ordinal))
            .Select(file => (file.Path, File.ReadAllText(file.File)));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConcatService.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    private static Regex Concrete()
    {
        var records = OperatorCatalog.All.Select(type => type.Record.Name).Distinct();
        return new($@"using ConcatService\.Operators\b|\bOperators\.({string.Join('|', records)})\b");
    }

    [GeneratedRegex(
        @"Operator\.Kind\s*(==|!=|is\b|switch\b)\s*(not\s*)?(\(?\s*""|\{)|Operator\.Kind\.(Contains|StartsWith|EndsWith|Equals)\("
    )]
    private static partial Regex Compared();
}
