using System.Text.RegularExpressions;

namespace ConcatService.Api.Tests;

/// <summary>Which namespace of the Api may use which: there are no cycles.</summary>
public sealed partial class NamespaceOrderTests
{
    private const string Root = "ConcatService.Api";

    /// <summary>For every feature. Each uses only those before it.</summary>
    private static readonly string[] Base =
    [
        "Metering", "Headers", "Storage", "Errors", "Assets", "Database", "Docs", "Memory", "Requests", "Caching", "Paging", "Access",
        "Audit", "Images", "Health",
    ];

    /// <summary>A feature, and the other features that it needs. Each uses only those before it.</summary>
    private static readonly (string Name, string[] Uses)[] Features =
    [
        ("Keys", []),
        ("Quotas", []),
        ("Retention", []),
        ("Catalog", []),
        ("Architectures", []),
        ("DataSets.Reading", []),
        ("DataSets", ["DataSets.Reading", "Quotas"]),
        ("Weights", ["Quotas"]),
        ("Inference.Engine", []),
        ("Jobs", ["Architectures", "DataSets", "Inference.Engine", "Quotas", "Weights"]),
        ("Studies", ["Jobs", "Quotas"]),
        ("Teams", ["Inference.Engine"]),
        ("Inference.Rest", ["Inference.Engine"]),
        ("Inference.Prediction", ["Inference.Engine", "Inference.Rest"]),
        ("Inference.Grpc", ["Inference.Engine", "Inference.Rest"]),
        ("Inference", ["Inference.Engine", "Inference.Rest", "Inference.Prediction", "Inference.Grpc"]),
        ("Models", ["Inference.Engine", "Inference.Rest", "Jobs"]),
        ("Pages", ["Models"]),
        ("Operations", ["Jobs", "Inference", "Inference.Engine"]),
    ];

    /// <summary>What puts the parts together and starts them.</summary>
    private static readonly string[] Top = ["Hosting", ""];

    [Fact]
    public void A_namespace_uses_only_those_before_it()
    {
        var allowed = Allowed();
        var wrong = Files()
            .SelectMany(file => file.Used.Except(allowed[file.Namespace]).Select(used => $"{file.Path}: {file.Namespace} uses {used}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_feature_stands_behind_those_that_it_uses()
    {
        foreach (var (index, feature) in Features.Index())
            Assert.Subset(Features[..index].Select(each => each.Name).ToHashSet(), feature.Uses.ToHashSet());
    }

    private static Dictionary<string, HashSet<string>> Allowed()
    {
        var allowed = Base.Index().ToDictionary(each => each.Item, each => Base[..each.Index].ToHashSet());
        foreach (var (name, uses) in Features)
            allowed.Add(name, [.. Base, .. uses]);
        foreach (var name in Top)
            allowed.Add(name, [.. Base, .. Features.Select(feature => feature.Name), .. Top]);
        return allowed;
    }

    /// <summary>
    /// Every source file with the namespaces that it names. The build refuses directives that are not needed, and without a directive a
    /// file sees only its own namespace and those around it.
    /// </summary>
    private static IEnumerable<(string Path, string Namespace, IEnumerable<string> Used)> Files()
    {
        var folder = Path.Combine(Repository.Root, "src", "Api");
        foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            if (path.StartsWith("obj/", StringComparison.Ordinal) || path.StartsWith("bin/", StringComparison.Ordinal))
                continue;
            var text = File.ReadAllText(file);
            var space = Declaration().Match(text).Groups[1].Value;
            var used = Directive().Matches(text).Select(match => Known(match.Groups[1].Value));
            yield return (path, space, used.Append(Around(space, text)).Where(each => each.Length > 0 && each != space).Distinct());
        }
    }

    /// <summary>
    /// The longest of our names that this begins with: a directive may name a type, or what the protocol's compiler writes.
    /// </summary>
    private static string Known(string name) =>
        Base.Concat(Features.Select(feature => feature.Name))
            .Concat(Top)
            .Where(known => name == known || name.StartsWith(known + ".", StringComparison.Ordinal))
            .MaxBy(known => known.Length) ?? name;

    /// <summary>The outer namespace of a nested one, when a type of it is named; it needs no directive.</summary>
    private static string Around(string space, string text)
    {
        if (!space.Contains('.', StringComparison.Ordinal))
            return "";
        var outer = space[..space.LastIndexOf('.')];
        return Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src", "Api", outer.Replace('.', '/')), "*.cs")
            .Any(file => Regex.IsMatch(text, $@"\b{Path.GetFileNameWithoutExtension(file)}\b"))
            ? outer
            : "";
    }

    [GeneratedRegex($@"^namespace {Root}\.?([\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex($@"^using (?:static )?(?:\w+ = )?{Root}\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
