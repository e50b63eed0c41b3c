using System.Text;
using ConcatService.Import.Darknet;
using ConcatService.Import.Keras;
using ConcatService.Import.Onnx;
using ConcatService.Import.Yolo;

namespace ConcatService.Import;

/// <summary>Reads files of other tools. The format is found by the content, never by the name.</summary>
public static class Importer
{
    /// <summary>The longest text that is read, in bytes.</summary>
    public const int MaxTextBytes = 1_000_000;

    public static ImportedNetwork Read(ReadOnlyMemory<byte> file, ImportOptions options) =>
        Read(new MemoryStream(file.ToArray(), writable: false), options);

    /// <param name="file">Read once, from the start; of an ONNX model no more is held than its graph.</param>
    /// <exception cref="ImportException">The file cannot be read.</exception>
    public static ImportedNetwork Read(Stream file, ImportOptions options)
    {
        var stream = new PrefixStream(file);
        var format = options.Format == "auto" ? Formats.Detect(stream.Prefix) : Formats.Of(options.Format, stream.Prefix);
        return format switch
        {
            FileFormat.Yolo => YoloReader.Read(Text(stream), options),
            FileFormat.Darknet => DarknetReader.Read(Text(stream), options),
            FileFormat.Keras => KerasReader.Read(Bytes(stream, KerasReader.MaxBytes), options),
            FileFormat.KerasZip => KerasReader.Read(KerasZip.Config(stream), options),
            _ => OnnxReader.Read(stream, options),
        };
    }

    private static string Text(Stream stream) => Encoding.UTF8.GetString(Bytes(stream, MaxTextBytes)).TrimStart('\ufeff');

    private static byte[] Bytes(Stream stream, int most)
    {
        var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (stream.Read(chunk) is > 0 and var read)
        {
            if (buffer.Length + read > most)
                throw ImportException.TooLarge($"The text is longer than {most:N0} bytes, which is the most that is read.");
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }
}
