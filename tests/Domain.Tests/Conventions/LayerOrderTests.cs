using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Conventions;

/// <summary>Holds the order of Domain's namespaces: what each is made of is only what stands before it (decision 25).</summary>
public sealed partial class LayerOrderTests
{
    private const string ConcreteOperators = "ConcatService.Operators";

    /// <summary>
    /// The first part of each namespace below ConcatService.Domain, and the concrete operators; each uses only those before it.
    /// </summary>
    private static readonly string[] Order =
    [
        "", // the root: the release alone
        "Shapes",
        "Diagnostics",
        "Fields",
        "Symbols",
        "Onnx",
        "Operators",
        ConcreteOperators,
        "Specs",
        "Graphs",
        "Planning",
        "Memory",
        "OnnxExport",
        "Fixes",
        "Warnings",
        "Compiling",
        "Data",
        "Jobs",
        "Telemetry",
        "Repairs",
    ];

    private static readonly IReadOnlyList<Source> Sources = [.. Folders().SelectMany(Read)];

    [Fact]
    public void Every_namespace_of_Domain_has_a_place_in_the_order() =>
        Assert.Equal([], Sources.Select(source => source.Layer).Distinct().Except(Order));

    [Fact]
    public void No_file_uses_a_namespace_that_comes_after_its_own() => Assert.Equal([], Sources.SelectMany(Backward));

    private static IEnumerable<string> Backward(Source source)
    {
        var later = Order.Skip(Array.IndexOf(Order, source.Layer) + 1).ToHashSet();
        foreach (var layer in source.Uses.Where(later.Contains))
        {
            var declared = Sources.Where(other => other.Layer == layer).SelectMany(other => other.Types);
            var types = declared.Where(source.Words.Contains).Distinct();
            yield return $"{source.Path} is in {source.Layer} and uses {string.Join(", ", types)} of {layer}, which comes later";
        }
    }

    private static IEnumerable<string> Folders([CallerFilePath] string path = "")
    {
        var source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../src"));
        return [Path.Combine(source, "Domain"), Path.Combine(source, "Operators")];
    }

    private static IEnumerable<Source> Read(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !OtherHalf().IsMatch(file) && !BuildOutput().IsMatch(file))
            .Select(file => new Source(Path.GetRelativePath(Path.GetDirectoryName(folder)!, file), File.ReadAllText(file)));

    private static string LayerOf(string name) =>
        name.StartsWith(ConcreteOperators, StringComparison.Ordinal) ? ConcreteOperators : name.Split('.').ElementAtOrDefault(2) ?? "";

    /// <summary>What compiles into another project.</summary>
    [GeneratedRegex(@"\.(Torch|Python)\.cs$")]
    private static partial Regex OtherHalf();

    [GeneratedRegex(@"[/\\](bin|obj)[/\\]")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static )?(ConcatService\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    /// <summary>A name that is qualified from ConcatService or Domain on: <c>Fixes.Proof</c>, <c>Domain.Fields.Range</c>.</summary>
    [GeneratedRegex(@"(?<![\w.])(?:ConcatService\.)?(?:Domain\.)?([A-Z]\w+)\.([A-Z]\w*)")]
    private static partial Regex Qualified();

    [GeneratedRegex(
        @"^(?:public|internal|file) (?:[a-z]+ )*(?:record struct|record|class|struct|interface|enum) (\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Declaration();

    [GeneratedRegex("//[^\n]*|(?<!\\$)\"(?:[^\"\\\\\n]|\\\\.)*\"")]
    private static partial Regex NoCode();

    /// <summary>A file as text: what it declares, and what it names.</summary>
    private sealed class Source
    {
        public Source(string path, string text)
        {
            Path = path;
            Layer = LayerOf(Namespace().Match(text).Groups[1].Value);
            Types = [.. Declaration().Matches(text).Select(match => match.Groups[1].Value)];
            var code = NoCode().Replace(text, "");
            Words = [.. Regex.Matches(code, @"\b[A-Z]\w*\b").Select(match => match.Value)];
            var qualified = Qualified().Matches(code).Where(match => Directory.Exists(FolderOf(match.Groups[1].Value)));
            Uses =
            [
                .. Using().Matches(text).Select(match => LayerOf(match.Groups[1].Value)),
                .. qualified.Where(match => IsType(match.Groups[1].Value, match.Groups[2].Value)).Select(match => match.Groups[1].Value),
            ];
        }

        public string Path { get; }

        public string Layer { get; }

        public IReadOnlyList<string> Types { get; }

        public HashSet<string> Words { get; }

        public HashSet<string> Uses { get; }

        private static string FolderOf(string layer) => System.IO.Path.Combine(Folders().First(), layer);

        private static bool IsType(string layer, string name) =>
            File.Exists(System.IO.Path.Combine(FolderOf(layer), $"{name}.cs"));
    }
}
