using System.Text.RegularExpressions;
using k8s.Models;

namespace ConcatService.Deploy.Tests;

/// <summary>All files of deploy/kubernetes, read once.</summary>
internal static partial class Deployed
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy", "kubernetes");

    public static IReadOnlyList<string> Kustomizations { get; } = [.. Files("kustomization.yaml")];

    public static IReadOnlyList<Manifest> All { get; } =
    [
        .. Files("*.yaml").Except(Kustomizations)
            .SelectMany(file => Manifest.Read(Path.GetRelativePath(Folder, file), File.ReadAllText(file))),
    ];

    /// <summary>Every pod that something starts, with the name of what does.</summary>
    public static IReadOnlyList<(string Of, V1PodTemplateSpec Pod)> Pods { get; } =
    [
        .. Of<V1Deployment>().Select(each => ($"Deployment {each.Name()}", each.Spec.Template)),
        .. Of<V1Job>().Select(each => ($"Job {each.Name()}", each.Spec.Template)),
        .. Of<ScaledJob>().Select(each => ($"ScaledJob {each.Metadata.Name}", each.Spec!.JobTargetRef.Template!)),
    ];

    /// <summary>The keys of secrets that somebody else makes, by the table in README.md.</summary>
    public static IReadOnlyDictionary<string, string[]> ExternalSecrets { get; } =
        ExternalSecret()
            .Matches(File.ReadAllText(Path.Combine(Folder, "README.md")))
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Replace("`", "").Split(", "));

    public static IEnumerable<T> Of<T>() => All.Select(manifest => manifest.Value).OfType<T>();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    private static string[] Files(string pattern) => Directory.GetFiles(Folder, pattern, SearchOption.AllDirectories);

    [GeneratedRegex(@"^\| `(concat-[\w-]+)` \| ((?:`[\w.]+`(?:, )?)+) \|", RegexOptions.Multiline)]
    private static partial Regex ExternalSecret();
}
