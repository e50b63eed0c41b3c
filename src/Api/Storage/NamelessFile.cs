namespace ConcatService.Api.Storage;

/// <summary>
/// A temporary file that is gone with this process, however that ends: it loses its name as soon as it is open, and the system takes its
/// bytes back when the last one who has it open is gone.
/// </summary>
internal sealed class NamelessFile : FileStream
{
    private const int BufferBytes = 128 * 1024;

    /// <param name="folder">Where its bytes lie.</param>
    public NamelessFile(string folder)
        : base(Path.Combine(folder, $"concat-upload-{Guid.NewGuid():N}"), Options())
    {
        if (!OperatingSystem.IsWindows())
            File.Delete(Name);
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            base.Dispose(disposing);
        }
        catch (IOException)
        {
            // The disk has no room for what is still in the buffer, which nobody will read.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync();
        }
        catch (IOException)
        {
            // As above.
        }
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = BufferBytes,
        };
        if (OperatingSystem.IsWindows())
            options.Options = FileOptions.DeleteOnClose; // an open file keeps its name there
        else
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
