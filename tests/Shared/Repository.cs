namespace ConcatService.Tests;

/// <summary>The checkout that the tests were built in; of a bench, which is built elsewhere, the one that it runs in.</summary>
internal static class Repository
{
    public static string Root { get; } =
        Above(AppContext.BaseDirectory)
        ?? Above(Environment.CurrentDirectory)
        ?? throw new InvalidOperationException("There is no ConcatService.sln above: run it in the checkout.");

    private static string? Above(string? folder) =>
        folder is null || File.Exists(Path.Combine(folder, "ConcatService.sln")) ? folder : Above(Path.GetDirectoryName(folder));
}
