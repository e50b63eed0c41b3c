using System.IO.Compression;
using System.Text;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// An archive from outside: entries are looked at before anything is unpacked, and unpacked bytes are counted while they come. Nothing is
/// ever written to a path that it names.
/// </summary>
internal sealed class SafeZip : IDisposable
{
    private const int MaxEntries = 100_000;
    private const int UnixTypeMask = 0xF000, UnixLink = 0xA000;

    private readonly ZipArchive _archive;
    private readonly Budget _budget;

    /// <exception cref="UploadException">It is damaged, or holds what no data set needs.</exception>
    public SafeZip(FileStream file, Budget budget)
    {
        _budget = budget;
        try
        {
            _archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true, Encoding.UTF8);
            if (_archive.Entries.Count > MaxEntries)
                throw UploadException.TooLarge($"The archive has {_archive.Entries.Count} entries; at most {MaxEntries} are read.");
        }
        catch (InvalidDataException damaged)
        {
            throw UploadException.Malformed($"The archive cannot be read: {damaged.Message} It may have been cut off.");
        }

        foreach (var entry in _archive.Entries)
            Check(entry);
    }

    /// <summary>Files, without folders and what file managers leave behind.</summary>
    public IEnumerable<ZipArchiveEntry> Files =>
        _archive.Entries.Where(entry =>
            !entry.FullName.EndsWith('/')
            && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)
            && entry.Name is not (".DS_Store" or "Thumbs.db" or "desktop.ini")
        );

    /// <param name="again">Whether it was unpacked before, and counted.</param>
    /// <exception cref="UploadException">It is packed in a way that is not read, or its place in the archive is wrong.</exception>
    public Stream Open(ZipArchiveEntry entry, bool again = false)
    {
        try
        {
            return new Counted(entry.Open(), entry.FullName, read => _budget.Unpacked(again ? 0 : read));
        }
        catch (InvalidDataException damaged)
        {
            throw UploadException.Malformed($"'{Shown.Of(entry.FullName)}' in the archive cannot be read: {damaged.Message}");
        }
    }

    public void Dispose() => _archive.Dispose();

    private static void Check(ZipArchiveEntry entry)
    {
        var path = entry.FullName;
        var isOutside =
            path.StartsWith('/')
            || path.Contains('\\')
            || path.Contains('\0')
            || (path.Length > 1 && path[1] == ':')
            || path.Split('/').Contains("..");
        if (isOutside)
            throw new UploadException(
                "dataset.path",
                $"The archive has an entry '{Shown.Of(path)}': absolute paths, '..' and backslashes are refused."
            );
        if (((entry.ExternalAttributes >> 16) & UnixTypeMask) == UnixLink)
            throw new UploadException(
                "dataset.path",
                $"The archive has a link, '{Shown.Of(path)}': links are refused. Put the file itself there."
            );
        if (entry.IsEncrypted)
            throw UploadException.Malformed($"'{Shown.Of(path)}' is encrypted. Pack it without a password.");
    }

    /// <summary>Forward only.</summary>
    private sealed class Counted(Stream inner, string name, Action<int> count) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            try
            {
                var read = inner.Read(buffer);
                count(read);
                return read;
            }
            catch (InvalidDataException damaged)
            {
                throw UploadException.Malformed($"'{Shown.Of(name)}' in the archive is damaged: {damaged.Message}");
            }
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
