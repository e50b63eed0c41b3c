using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Import.Tests.Darknet;
using ConcatService.Import.Tests.Keras;
using ConcatService.Import.Tests.Onnx;
using ConcatService.Import.Tests.Yolo;
using Xunit;

namespace ConcatService.Import.Tests;

/// <summary>Files with random changes: each is read or refused, none is an exception of another kind, and none takes long.</summary>
public sealed class FuzzTests
{
    private const int MostMilliseconds = 500;

    /// <summary>How many files of each format; IMPORT_FUZZ says another number.</summary>
    private static readonly int Files = int.Parse(Environment.GetEnvironmentVariable("IMPORT_FUZZ") ?? "400");

    private static readonly string[] Words =
    [
        "-1", "0", "99999999999999999999", "1e308", "-5", "[", "]", "{", "}", ",", ":", "\"", "null", "None", "nc", "Concat", "C3k2",
        "[-1, 6]", "=", "[route]", "layers=-1,-9", "stride=0", "size=99", "groups=7", "\n", "  ", "*", "&", "#", "\0", "é", "1000000",
        "channels_first", "[[[[[[",
    ];

    [Fact]
    public void Yaml() =>
        Try([YoloFiles.Version5(0.33, 0.25), YoloFiles.Version8, YoloFiles.Version9C, YoloFiles.Version11, YoloFiles.Version12]);

    [Fact]
    public void Cfg() => Try([DarknetFiles.YoloV3Tiny, DarknetFiles.YoloV4Tiny, DarknetFiles.ResNet50]);

    [Fact]
    public void Keras() => Try([KerasReaderTests.Sequential, KerasReaderTests.Segmentation()]);

    [Fact]
    public void Onnx() => Try([.. new[] { "inception-28", "pan-neck", "unet" }.Select(Exported).OfType<byte[]>()]);

    private static byte[]? Exported(string sample)
    {
        using var spec = JsonDocument.Parse(Samples.Bytes(sample));
        return Compilation.Of(spec.RootElement.Clone()).Plan is { } plan
            ? OnnxWriter.Write(OnnxGraphBuilder.Build(plan, new Dictionary<string, Normalization>()), (_, _) => [])
            : null;
    }

    private static void Try(string[] files) => Try([.. files.Select(Encoding.UTF8.GetBytes)]);

    private static void Try(byte[][] files)
    {
        Assert.NotEmpty(files);
        foreach (var file in files) // what is made once is not counted
            Read(file);
        var read = 0;
        for (var seed = 0; seed < Files; seed++)
        {
            var random = new Random(seed);
            var changed = Changed(files[seed % files.Length], random);
            try
            {
                var clock = Stopwatch.StartNew();
                read += Read(changed) ? 1 : 0;
                if (clock.ElapsedMilliseconds < MostMilliseconds)
                    continue;
                clock.Restart(); // once more: a collection, or another program, is not the file's fault
                Read(changed);
                Assert.True(clock.ElapsedMilliseconds < MostMilliseconds, $"seed {seed}: {clock.ElapsedMilliseconds} ms");
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {fault}");
            }
        }

        Assert.True(read > 0);
    }

    private static bool Read(byte[] file)
    {
        try
        {
            using var spec = JsonDocument.Parse(Importer.Read(file, new()).Spec.ToJsonString());
            Compilation.Of(spec.RootElement);
            return true;
        }
        catch (ImportException)
        {
            return false;
        }
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
