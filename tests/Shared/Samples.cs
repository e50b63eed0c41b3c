namespace ConcatService.Tests;

/// <summary>The specs under samples/.</summary>
internal static class Samples
{
    /// <summary>Without folder and ending, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [
            .. Directory
                .EnumerateFiles(Folder, "*.json")
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(StringComparer.Ordinal),
        ];

    private static string Folder => Path.Combine(Repository.Root, "samples");

    public static byte[] Bytes(string name) => File.ReadAllBytes(FileOf(name));

    public static string Text(string name) => File.ReadAllText(FileOf(name));

    private static string FileOf(string name) => Path.Combine(Folder, $"{name}.json");
}
