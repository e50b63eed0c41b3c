namespace ConcatService.Domain;

/// <summary>The release that this code belongs to.</summary>
public static class Release
{
    /// <summary>
    /// Major, minor and patch, for example <c>0.1.0</c>: <c>Version</c> of Directory.Build.props, which all assemblies share.
    /// </summary>
    public static string Version { get; } = typeof(Release).Assembly.GetName().Version!.ToString(3);
}
