using System.IO.Compression;
using ConcatService.Api.Images;
using ConcatService.Domain.Data;
using StbImageSharp;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// A zip of folders, one for each class, with PNG or JPEG files in them -> the fields <c>image</c>, uint8 <c>[C, H, W]</c>, and
/// <c>class</c>. The folders may lie
/// in others named train, validation and test. Pictures are gray where all of them are, otherwise color; all of one size, or resized to the
/// form's.
/// </summary>
internal sealed class PictureFolders(SafeZip zip, UploadForm form, Budget budget)
{
    private const int MaxFileBytes = 64 << 20;

    private readonly List<(ZipArchiveEntry Entry, Split Split, string Class)> _pictures = [];

    public void Read(List<Column> columns)
    {
        foreach (var entry in zip.Files)
            _pictures.Add(Placed(entry));
        if (_pictures.Count == 0)
            throw new UploadException("dataset.empty_split", "There is no picture in the archive.");
        var (channels, height, width) = Survey();
        string[] classes = [.. _pictures.Select(picture => picture.Class).Distinct().Order(StringComparer.Ordinal)];
        foreach (var split in _pictures.GroupBy(picture => picture.Split))
        {
            var images = new Column("image", split.Key, ElementType.Uint8, [channels, height, width], budget);
            columns.Add(images);
            var labels = new Column("class", split.Key, ElementType.Int64, [], budget) { Classes = classes };
            columns.Add(labels);
            foreach (var (entry, _, name) in split)
            {
                images.Add(Pixels(entry, channels, height, width));
                labels.Add([(long)Array.BinarySearch(classes, name, StringComparer.Ordinal)]);
            }
        }
    }

    private static (ZipArchiveEntry, Split, string) Placed(ZipArchiveEntry entry)
    {
        var extension = Path.GetExtension(entry.Name).ToLowerInvariant();
        if (extension is not (".png" or ".jpg" or ".jpeg"))
            throw new UploadException(
                "dataset.fields",
                $"'{Shown.Of(entry.FullName)}' is neither a PNG nor a JPEG file. A zip holds folders of pictures, one for each class, or "
                    + $"is an .npz file of arrays."
            );
        var folders = entry.FullName.Split('/')[..^1];
        if (folders.Length == 0)
            throw new UploadException(
                "dataset.fields",
                $"'{Shown.Of(entry.FullName)}' lies in no folder: the folder's name is the picture's class."
            );
        var split = folders.Select(SplitOf).FirstOrDefault(found => found is not null) ?? Split.Train;
        return SplitOf(folders[^1]) is null
            ? (entry, split, Shown.Of(folders[^1]))
            : throw new UploadException(
                "dataset.fields",
                $"'{Shown.Of(entry.FullName)}' lies in no folder of a class: {Shown.Of(folders[^1])} is a split."
            );
    }

    private static Split? SplitOf(string folder) => folder.ToLowerInvariant() switch
    {
        "train" or "training" => Split.Train,
        "val" or "valid" or "validation" => Split.Validation,
        "test" or "testing" => Split.Test,
        _ => null,
    };

    /// <summary>Looks at the heads of all files before any is unpacked to its pixels.</summary>
    private (int Channels, int Height, int Width) Survey()
    {
        var isGray = true;
        (int Height, int Width)? size = form.Size;
        foreach (var (entry, _, _) in _pictures)
        {
            var info = Decoded(entry, again: false, ImageFile.Head);
            if ((long)info.Width * info.Height > ImageFile.MaxPixels)
                throw UploadException.TooLarge(
                    $"'{Shown.Of(entry.FullName)}' has {info.Width}x{info.Height} pixels; at most {ImageFile.MaxPixels} are read."
                );
            isGray &= info.ColorComponents is ColorComponents.Grey or ColorComponents.GreyAlpha;
            size ??= (info.Height, info.Width);
            if (form.Size is null && size != (info.Height, info.Width))
                throw new UploadException(
                    "dataset.shape",
                    $"'{Shown.Of(entry.FullName)}' has {info.Width}x{info.Height} pixels and others have "
                        + $"{size.Value.Width}x{size.Value.Height}. Make all one size, or give 'size' in the form, such as 32x32, to have "
                        + $"them resized."
                );
        }

        return (isGray ? 1 : 3, size!.Value.Height, size.Value.Width);
    }

    /// <summary>[H, W, C] as decoded -> [C, height, width].</summary>
    private byte[] Pixels(ZipArchiveEntry entry, int channels, int height, int width)
    {
        var picture = Decoded(entry, again: true, file => ImageFile.Pixels(file, ImageFile.Head(file), channels));
        var values = (picture.Height, picture.Width) == (height, width)
            ? picture.Data
                : Array.ConvertAll(
                    Resizing.To(picture.Data, picture.Height, picture.Width, channels, height, width),
                    value => (byte)Math.Clamp(MathF.Round(value), 0, 255)
                );
        if (channels == 1)
            return values;
        var turned = new byte[values.Length];
        for (var i = 0; i < values.Length; i++)
            turned[(i % channels * height * width) + (i / channels)] = values[i];
        return turned;
    }

    private T Decoded<T>(ZipArchiveEntry entry, bool again, Func<byte[], T> decode)
    {
        var file = Bytes(entry, again);
        try
        {
            return decode(file);
        }
        catch (InvalidDataException unreadable)
        {
            throw new UploadException("dataset.picture", $"'{Shown.Of(entry.FullName)}' cannot be read: {unreadable.Message}.");
        }
    }

    /// <summary>The whole file; how long it is, its entry may say wrongly.</summary>
    private byte[] Bytes(ZipArchiveEntry entry, bool again)
    {
        using var stream = zip.Open(entry, again);
        var (bytes, buffer) = (new MemoryStream(), new byte[1 << 16]);
        while (stream.Read(buffer) is > 0 and var read)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxFileBytes)
                throw UploadException.TooLarge(
                    $"'{Shown.Of(entry.FullName)}' has more than {MaxFileBytes} bytes, which a picture may have."
                );
        }

        return bytes.ToArray();
    }
}
