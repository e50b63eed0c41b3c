namespace ConcatService.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    private static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "ConcatService.sln")) ? folder : Above(Path.GetDirectoryName(folder)!);
}
