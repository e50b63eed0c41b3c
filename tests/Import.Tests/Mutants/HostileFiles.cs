using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Import.Tests.Darknet;
using ConcatService.Import.Tests.Keras;
using ConcatService.Import.Tests.Onnx;
using ConcatService.Import.Tests.Yolo;

namespace ConcatService.Import.Tests.Mutants;

/// <summary>Files of a format with random changes, a seed each.</summary>
public sealed class HostileFiles
{
    private static readonly string[] Words =
    [
        "-1", "0", "99999999999999999999", "1e308", "-5", "[", "]", "{", "}", ",", ":", "\"", "null", "None", "nc", "Concat", "C3k2",
        "[-1, 6]", "=", "[route]", "layers=-1,-9", "stride=0", "size=99", "groups=7", "\n", "  ", "*", "&", "#", "\0", "é", "1000000",
        "channels_first", "[[[[[[",
    ];

    private readonly byte[][] _files;

    private HostileFiles(byte[][] files) => _files = files;

    /// <summary>What came of a file.</summary>
    /// <param name="IsRead">Whether it is a network, valid or not; otherwise it was refused.</param>
    /// <param name="AllocatedBytes">By all that was made on the way, kept or not.</param>
    /// <param name="Fault">An exception that is no refusal.</param>
    public sealed record Outcome(bool IsRead, TimeSpan Elapsed, long AllocatedBytes, Exception? Fault);

    public static IReadOnlyList<string> Formats { get; } = ["yolo", "darknet", "keras", "onnx"];

    public static HostileFiles Of(string format) =>
        new(format switch
        {
            "yolo" => Texts(
                YoloFiles.Version5(0.33, 0.25), YoloFiles.Version8, YoloFiles.Version9C, YoloFiles.Version11, YoloFiles.Version12),
            "darknet" => Texts(DarknetFiles.YoloV3Tiny, DarknetFiles.YoloV4Tiny, DarknetFiles.ResNet50),
            "keras" => Texts(KerasReaderTests.Sequential, KerasReaderTests.Segmentation(), KerasSequenceTests.Translator(2)),
            _ =>
            [
                .. new[] { "inception-28", "pan-neck", "unet" }.Select(Exported),
                ShiftedWindows.Graph().Write((_, _) => []),
            ],
        });

    public Outcome Try(int seed)
    {
        var changed = Changed(_files[seed % _files.Length], new(seed));
        var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        var (isRead, fault) = (false, (Exception?)null);
        try
        {
            using var spec = JsonDocument.Parse(Importer.Read(changed, new()).Spec.ToJsonString());
            Compilation.Of(spec.RootElement);
            isRead = true;
        }
        catch (ImportException)
        {
        }
        catch (Exception other)
        {
            fault = other;
        }

        return new(isRead, clock.Elapsed, GC.GetAllocatedBytesForCurrentThread() - before, fault);
    }

    private static byte[][] Texts(params string[] files) => [.. files.Select(Encoding.UTF8.GetBytes)];

    private static byte[] Exported(string sample)
    {
        using var spec = JsonDocument.Parse(Samples.Bytes(sample));
        var plan = Compilation.Of(spec.RootElement.Clone()).Plan!;
        return OnnxWriter.Write(OnnxGraphBuilder.Build(plan, new Dictionary<string, Normalization>()), (_, _) => []);
    }

    private static byte[] Changed(byte[] file, Random random)
    {
        var changed = file.ToList();
        for (var changes = 1 + random.Next(5); changes > 0; changes--)
        {
            var at = random.Next(changed.Count);
            switch (random.Next(5))
            {
                case 0:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 1:
                    changed.InsertRange(at, Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]));
                    break;
                case 2:
                    changed.RemoveRange(at, Math.Min(random.Next(1, 30), changed.Count - at));
                    break;
                case 3:
                    changed.InsertRange(at, changed.GetRange(at, Math.Min(random.Next(1, 300), changed.Count - at)));
                    break;
                default:
                    changed[at] = (byte)"0123456789-,[]"[random.Next(14)];
                    break;
            }

            if (changed.Count == 0)
                changed.Add(0);
        }

        return [.. changed];
    }
}
