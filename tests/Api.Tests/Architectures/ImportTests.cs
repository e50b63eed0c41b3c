using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ConcatService.Api.Tests.Architectures;

public sealed class ImportTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Path = "/v1/architectures/import";

    /// <summary>A small detector whose concat, in line 9, reads a row of twice the size.</summary>
    private const string Yaml = """
        nc: 3
        scales: {n: [0.33, 0.25, 1024], s: [0.33, 0.5, 1024]}
        backbone:
          - [-1, 1, Conv, [64, 3, 2]]
          - [-1, 1, Conv, [128, 3, 2]]
          - [-1, 3, C2f, [128, True]]
        head:
          - [-1, 1, nn.Upsample, [None, 2, nearest]]
          - [[-1, 2], 1, Concat, [1]]
          - [[4], 1, Detect, [nc]]
        """;

    private const string Cfg =
        "[net]\nwidth=32\nheight=32\nchannels=3\n[convolutional]\nbatch_normalize=1\nfilters=8\nsize=3\npad=1\nactivation=leaky\n";

    private const string Keras = """
        { "class_name": "Sequential", "config": { "name": "k", "layers": [
          { "class_name": "Dense", "config": { "name": "d", "units": 3, "batch_input_shape": [null, 8] } } ] }, "keras_version": "2.13.1" }
        """;

    private Task<Answer> SendAsync(byte[] file, string query = "", string? key = "") =>
        api.SendAsync(HttpMethod.Post, Path + query, new ByteArrayContent(file), key);

    private Task<Answer> SendAsync(string file, string query = "") => SendAsync(Encoding.UTF8.GetBytes(file), query);

    [Fact]
    public async Task A_broken_concat_of_a_yaml_comes_back_with_its_line_its_cause_and_fixes()
    {
        var answer = await SendAsync(Yaml);
        Assert.Equal(200, answer.Status);
        Assert.Equal(("yolo", "ultralytics 8"), (Text(answer.Json, "format"), Text(answer.Json, "dialect")));
        var found = answer.Json.GetProperty("report").GetProperty("diagnostics")[0];
        Assert.Equal("concat.shape_mismatch", Text(found, "code"));
        Assert.Equal((9, 5), Place(found.GetProperty("source")));
        Assert.Equal("[[-1, 2], 1, Concat, [1]]", Text(found.GetProperty("source"), "text"));
        Assert.Equal(8, Place(found.GetProperty("cause").GetProperty("source")).Line);
        Assert.NotEqual(0, found.GetProperty("fixes").GetArrayLength());
        Assert.Equal((9, 5), Place(answer.Json.GetProperty("sources").GetProperty("4.Concat")));
        Assert.Contains("n is taken", answer.Json.GetProperty("assumptions").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_spec_of_an_import_is_what_validation_takes()
    {
        var mended = Yaml.Replace("[-1, 2], 1", "[-1, 0], 1", StringComparison.Ordinal);
        var spec = (await SendAsync(mended, "?scale=s&input=3x64x64")).Json.GetProperty("spec");
        var report = (await api.PostAsync("/v1/architectures/validate", spec.GetRawText())).Json;
        Assert.Equal("valid", Text(report, "verdict"));
    }

    [Fact]
    public async Task A_cfg_says_how_large_its_file_of_weights_is()
    {
        var count = (await SendAsync(Cfg)).Json.GetProperty("count");
        var numbers = (8 * 27) + (4 * 8);
        Assert.Equal(numbers, count.GetProperty("spec").GetInt64());
        Assert.Equal(numbers, count.GetProperty("file").GetInt64());
        Assert.Equal(20 + (4 * numbers), count.GetProperty("weight_bytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, count.GetProperty("code").ValueKind);
    }

    [Fact]
    public async Task A_file_of_a_form_is_read_as_a_body_is()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" } };
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(Keras));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        form.Add(file, "file", "model.json");
        var answer = await api.SendAsync(HttpMethod.Post, Path, form);
        Assert.Equal((200, "keras"), (answer.Status, Text(answer.Json, "format")));
        using var empty = new MultipartFormDataContent { { new StringContent("x"), "note" } };
        var refused = await api.SendAsync(HttpMethod.Post, Path, empty);
        Assert.Equal((400, "import.no_file"), (refused.Status, refused.Code));
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 2, 0x7d, 0x71, 0, 0x2e }, "concat_client")]
    [InlineData(new byte[] { 0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a }, "to_json")]
    public async Task Pickles_and_HDF5_are_a_415_with_the_way_out(byte[] file, string way)
    {
        var answer = await SendAsync(file);
        Assert.Equal((415, "import.unsupported_format"), (answer.Status, answer.Code));
        Assert.Contains(way, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_says_where_and_a_wrong_query_what_there_is()
    {
        var malformed = await SendAsync("backbone:\n  - [1, 2\nhead: ]");
        Assert.Equal((422, "import.malformed"), (malformed.Status, malformed.Code));
        Assert.True(malformed.Json.GetProperty("line").GetInt32() >= 2);
        var scale = await SendAsync(Yaml, "?scale=x");
        Assert.Equal((400, "import.scale"), (scale.Status, scale.Code));
        var format = await SendAsync(Yaml, "?format=caffe");
        Assert.Equal((400, "import.unknown_format"), (format.Status, format.Code));
        var input = await SendAsync(Yaml, "?input=3x-1");
        Assert.Equal((400, "request.input"), (input.Status, input.Code));
        Assert.Equal(415, (await SendAsync("just words")).Status);
    }

    [Fact]
    public async Task A_file_larger_than_memory_holds_is_read_from_disk_and_no_more_of_it_than_its_graph()
    {
        // An ONNX model: its version, then a graph with one tensor of 3 MB, one input of 1x4 and one node.
        byte[] node = [0x0a, 1, (byte)'x', 0x12, 1, (byte)'y', 0x22, 4, .. "Relu"u8];
        byte[] type = [0x0a, 12, 0x08, 1, 0x12, 8, 0x0a, 2, 0x08, 1, 0x0a, 2, 0x08, 4];
        byte[] input = [0x0a, 1, (byte)'x', 0x12, (byte)type.Length, .. type];
        byte[] output = [0x0a, 1, (byte)'y'];
        byte[] tensor = [0x08, 0xc0, 0x84, 0x3d, 0x10, 1, 0x42, 1, (byte)'w', 0x4a, .. Varint(3_000_000), .. new byte[3_000_000]];
        byte[] graph =
        [
            0x0a, (byte)node.Length, .. node, 0x2a, .. Varint(tensor.Length), .. tensor, 0x5a, (byte)input.Length, .. input, 0x62,
            (byte)output.Length, .. output,
        ];
        var answer = await SendAsync([0x08, 8, 0x3a, .. Varint(graph.Length), .. graph, 0x42, 2, 0x10, 17]);
        Assert.Equal((200, "onnx"), (answer.Status, Text(answer.Json, "format")));
        Assert.Equal("valid", Text(answer.Json.GetProperty("report"), "verdict"));
    }

    [Fact]
    public async Task A_key_is_needed() => Assert.Equal(401, (await SendAsync(Encoding.UTF8.GetBytes(Yaml), "", null)).Status);

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static (int Line, int Column) Place(JsonElement source) =>
        (source.GetProperty("line").GetInt32(), source.GetProperty("column").GetInt32());
}
