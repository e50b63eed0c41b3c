namespace ConcatService.Training.Data;

/// <summary>Where data lies on this machine.</summary>
/// <param name="FashionMnist">The folder with the four IDX files.</param>
/// <param name="Cache">Where unpacked copies and uploaded data sets are kept; null for nowhere.</param>
public sealed record DataFolders(string FashionMnist, string? Cache)
{
    /// <summary>Where Debian's and Ubuntu's package dataset-fashion-mnist puts its files.</summary>
    public const string FashionMnistOfDebian = "/usr/share/datasets/fashion-mnist";

    /// <summary>
    /// From <c>Data__FashionMnist</c> and <c>Data__Cache</c> in the environment; default: the package's folder, and the user's cache
    /// folder.
    /// </summary>
    public static DataFolders FromEnvironment() => new(
        Environment.GetEnvironmentVariable("Data__FashionMnist") is { Length: > 0 } folder ? folder : FashionMnistOfDebian,
        Environment.GetEnvironmentVariable("Data__Cache") is { Length: > 0 } cache ? cache : UsersCache());

    private static string? UsersCache()
    {
        // The user's own folder and not /tmp, where anybody could put a file of that name first.
        var home =
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } profile ? Path.Combine(profile, ".cache")
            : null;
        return home is null ? null : Path.Combine(home, "concat-service", "data");
    }
}
