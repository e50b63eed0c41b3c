using System.Diagnostics;

namespace ConcatService.Api.Tests.Storage;

/// <summary>A disk of a few megabytes: a tmpfs in a folder. It wants root.</summary>
internal sealed class TinyDisk : IDisposable
{
    private const string NotHere = "A disk can only be mounted by root, and not in every container.";

    private TinyDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Skips the test where nothing can be mounted.</summary>
    /// <param name="owner">Who may write to it.</param>
    public static TinyDisk Mount(int megabytes, string owner)
    {
        var path = Directory.CreateTempSubdirectory("concat-tiny-").FullName;
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path),
            NotHere
        );
        Assert.True(Run("chown", owner, path));
        return new(path);
    }

    public void Grow(int megabytes) => Assert.True(Run("mount", "-o", $"remount,size={megabytes}m", Path));

    /// <summary>Whoever still has a file open on it keeps it until then.</summary>
    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
