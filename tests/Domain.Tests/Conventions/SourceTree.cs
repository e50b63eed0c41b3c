namespace ConcatService.Domain.Tests.Conventions;

/// <summary>The C# files of the repository as people write them: without what builds and generators leave.</summary>
internal static class SourceTree
{
    private static readonly string[] Generated = ["bin", "obj", "node_modules", "Migrations"];

    /// <summary>By path from the root, with <c>/</c>.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Find("*.cs")];

    /// <summary>The folder of each project, with the namespace of what stands in it.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } = Find("*.csproj").ToDictionary(Folder, RootNamespace);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    /// <summary>The folder that a file stands in: <c>src/Domain/Shapes</c>.</summary>
    public static string Folder(string file) => file[..file.LastIndexOf('/')];

    private static IEnumerable<string> Find(string pattern) =>
        new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Intersect(Generated).Any());

    private static string RootNamespace(string project) =>
        Read(project).Split("<RootNamespace>") is [_, var rest]
            ? rest[..rest.IndexOf('<', StringComparison.Ordinal)]
            : $"ConcatService.{Path.GetFileNameWithoutExtension(project)}";
}
