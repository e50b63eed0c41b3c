using System.Text;
using System.Text.RegularExpressions;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using Xunit;

namespace ConcatService.Domain.Tests.Docs;

/// <summary>docs/spec.md says what the code does: its tables are generated, its examples compile.</summary>
public sealed partial class SpecPageTests
{
    private const string Page = "docs/spec.md";

    [Fact]
    public void The_tables_are_those_of_the_code()
    {
        var page = Pages.Read(Page);
        var generated = Generated().Replace(page, match => $"{match.Groups[1].Value}\n{Table(match.Groups[2].Value)}<!-- end -->");
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, Page), generated);
        Assert.True(
            generated == Pages.Read(Page),
            $"The tables of {Page} have changed. Look at the change: "
                + $"UPDATE_APPROVED=1 dotnet test --project tests/Domain.Tests -- --filter-class *SpecPageTests, then git diff {Page}.");
        Assert.Equal(4, Generated().Count(page));
    }

    [Fact]
    public void Every_example_compiles()
    {
        var examples = Pages.Blocks(Pages.Read(Page), "json").ToList();
        Assert.True(examples.Count >= 3, $"{examples.Count} examples");
        foreach (var example in examples)
        {
            var compiled = Compiler.Compile(Encoding.UTF8.GetBytes(example));
            var messages = string.Join('\n', compiled.Report.Diagnostics.Select(each => each.Message));
            Assert.True(compiled.Verdict == "valid", $"{example}\n{messages}");
        }
    }

    private static string Table(string name) => name switch
    {
        "layer types" => LayerTypes(),
        "fusions" => Rows(
            ["`fuse`", "what", "options"],
            Fusions.All.OrderBy(each => each.Kind, StringComparer.Ordinal)
                .Select(each => new[] { $"`{each.Kind}`", Summary(each.Record), Listed(Attributes.Of(each.Record)) })),
        "codes" => Rows(["code", "meaning"], Codes.All.Select(code => new[] { $"`{code.Name}`", code.Meaning })),
        "causes" => Rows(["kind", "meaning"], CauseKinds.All.Select(kind => new[] { $"`{kind.Name}`", kind.Meaning })),
        _ => throw new InvalidOperationException($"No table is called '{name}'."),
    };

    /// <summary>A section for each folder of src/Operators, a row for each record: twins share one.</summary>
    private static string LayerTypes()
    {
        var text = new StringBuilder();
        var records = OperatorCatalog.All.GroupBy(type => type.Record).OrderBy(types => types.First().Kind, StringComparer.Ordinal);
        foreach (var family in records.GroupBy(types => FolderOf(types.Key)).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            text.Append($"\n### {family.Key}\n\n");
            text.Append(Rows(["type", "what", "inputs", "attributes"], family.Select(Row)));
        }

        return text.Append('\n').ToString();
    }

    private static string[] Row(IGrouping<Type, OperatorType> twins)
    {
        var type = twins.First();
        return
        [
            string.Join(' ', twins.Select(twin => $"`{twin.Kind}`")), Summary(type.Record), Inputs(type.Create().Arity),
            Listed(type.Attributes) + (type.Record.IsAssignableTo(typeof(IHasShorthand)) ? "; *shorthand*" : ""),
        ];
    }

    private static string Rows(string[] head, IEnumerable<string[]> rows) =>
        string.Concat(new[] { head, [.. head.Select(_ => "---")] }.Concat(rows)
            .Select(row => $"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n"));

    private static string Inputs(Arity arity) =>
        arity.Max == int.MaxValue ? $"{arity.Min} or more" : arity.Min == arity.Max ? $"{arity.Min}" : $"{arity.Min} to {arity.Max}";

    private static string Listed(Attributes attributes) =>
        string.Join(", ", attributes.Entries.Where(entry => entry.Name != "data_format")
            .Select(entry => entry.Required ? $"**`{entry.Name}`**" : $"`{entry.Name}` {Default(entry)}"));

    private static string Default(Attributes.Entry entry) =>
        entry.Default is { } value ? value.ToJsonString().Replace("E-", "e-", StringComparison.Ordinal) : "–";

    private static string Summary(Type record) =>
        Documentation.Of(record).Summary ?? throw new InvalidOperationException($"{record.Name} has no summary.");

    private static string FolderOf(Type record)
    {
        var folder = Path.Combine(Repository.Root, "src", "Operators");
        var file = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .First(file => Regex.IsMatch(File.ReadAllText(file), $@"\brecord {record.Name}\b"));
        return Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0];
    }

    [GeneratedRegex("(<!-- generated: ([a-z ]+) -->)\n.*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Generated();
}
