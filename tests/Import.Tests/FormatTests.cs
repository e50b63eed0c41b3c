using System.IO.Compression;
using System.Text;
using ConcatService.Import.Tests.Darknet;
using ConcatService.Import.Tests.Yolo;
using Xunit;

namespace ConcatService.Import.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData("\u0089HDF\r\n\u001a\n", "HDF5")]
    [InlineData("\u0080\u0002}q\0.", "pickle")]
    [InlineData("\u0010\0\0\0\0\0\0\0{\"a\":{}}", "safetensors")]
    [InlineData("\b\u0001\u0012\u0004saved_model_schema_version", "SavedModel")]
    public void What_needs_its_own_tool_is_refused_with_a_way_out(string bytes, string name)
    {
        var refused = Assert.Throws<ImportException>(() => Importer.Read(Encoding.Latin1.GetBytes(bytes), new()));
        Assert.Equal("import.unsupported_format", refused.Code);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_with_a_pickle_is_refused_before_anything_is_opened()
    {
        var zip = Zip(("net/data.pkl", "cos\nsystem\n"), ("config.json", "{}"));
        var refused = Assert.Throws<ImportException>(() => Importer.Read(zip, new()));
        Assert.Equal("import.unsupported_format", refused.Code);
        Assert.Contains("clients/python", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_config_of_a_keras_file_is_read_and_no_other_entry()
    {
        const string config = """
            { "class_name": "Sequential", "config": { "name": "s", "layers": [
              { "module": "keras.layers", "class_name": "InputLayer", "config": { "batch_shape": [null, 8], "name": "x" } },
              { "module": "keras.layers", "class_name": "Dense", "config": { "name": "d", "units": 3 } } ] } }
            """;
        var network = Importer.Read(Zip(("metadata.json", "{}"), ("config.json", config), ("model.weights.h5", "never read")), new());
        Assert.Equal(("keras", "x"), (network.Format, network.Spec["layers"]![0]!["inputs"]![0]!.GetValue<string>()));
    }

    [Fact]
    public void The_content_tells_the_format()
    {
        Assert.Equal("darknet", Importer.Read(Encoding.UTF8.GetBytes(DarknetFiles.YoloV3Tiny), new()).Format);
        Assert.Equal("yolo", Importer.Read(Encoding.UTF8.GetBytes(YoloFiles.Version8), new()).Format);
        Assert.Equal("yolo", Importer.Read(Encoding.UTF8.GetBytes("\ufeff# a comment\r\n" + YoloFiles.Version8), new()).Format);
        Assert.Equal("import.format", Assert.Throws<ImportException>(() => Importer.Read("hello"u8.ToArray(), new())).Code);
        Assert.Equal("import.malformed", Assert.Throws<ImportException>(() => Importer.Read(ReadOnlyMemory<byte>.Empty, new())).Code);
        var spec = """{ "inputs": { "x": { "shape": [8] } }, "layers": [ { "type": "relu" } ] }"""u8.ToArray();
        Assert.Equal("import.spec", Assert.Throws<ImportException>(() => Importer.Read(spec, new())).Code);
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var entry = new StreamWriter(zip.CreateEntry(name).Open());
                entry.Write(text);
            }
        }

        return bytes.ToArray();
    }
}
