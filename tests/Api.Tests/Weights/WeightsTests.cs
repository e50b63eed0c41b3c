using System.Text;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Weights;

public sealed class WeightsTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, string> Refused => new()
    {
        { "empty", 422, "weights.malformed" },
        { "text", 415, "weights.format" },
        { "pickle", 415, "weights.unsupported_format" },
        { "torch zip", 415, "weights.unsupported_format" },
        { "hdf5", 415, "weights.unsupported_format" },
        { "truncated", 422, "weights.malformed" },
        { "more bytes", 422, "weights.malformed" },
        { "overlap", 422, "weights.malformed" },
        { "gap", 422, "weights.malformed" },
        { "behind the end", 422, "weights.malformed" },
        { "negative", 422, "weights.malformed" },
        { "sizes of 2^62", 422, "weights.malformed" },
        { "offsets of 2^63", 422, "weights.malformed" },
        { "a header of 2^63", 422, "weights.malformed" },
        { "a long header", 422, "weights.malformed" },
        { "no JSON", 422, "weights.malformed" },
        { "a list", 422, "weights.malformed" },
        { "twice", 422, "weights.malformed" },
        { "a deep header", 422, "weights.malformed" },
        { "no shape", 422, "weights.malformed" },
        { "unknown type", 422, "weights.malformed" },
        { "a name with a zero", 422, "weights.malformed" },
        { "not a number", 422, "weights.not_finite" },
        { "a broken onnx", 422, "weights.malformed" },
        { "an onnx of 2^63", 422, "weights.malformed" },
        { "external data", 422, "weights.external" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_file_that_is_not_whole_or_not_safe_is_refused_and_nothing_is_kept(string what, int status, string code)
    {
        var answer = await SendAsync(Bad(what));
        Assert.Equal((status, code), (answer.Status, answer.Code));
        await using var db = api.Database.Open();
        Assert.False(await db.Weights.AnyAsync(weights => weights.Name == "bad", Cancel));
    }

    [Fact]
    public async Task A_safetensors_file_is_kept_once_listed_and_deleted_with_its_bytes()
    {
        var file = WeightFiles.Safe(("stem.weight", [2, 1, 1, 1], [1, 2]), ("stem.bias", [2], [0, 0.25f]));
        var made = await SendAsync(file, "mine");
        Assert.Equal(201, made.Status);
        Assert.Equal(200, (await SendAsync(file, "again")).Status);
        var shown = (await api.GetAsync(made.Headers["Location"])).Json;
        Assert.Equal(("mine", "safetensors", 2), (
            shown.GetProperty("name").GetString(),
            shown.GetProperty("format").GetString(),
            shown.GetProperty("tensor_count").GetInt32()
        ));
        Assert.Equal(
            """[{"name":"stem.weight","dtype":"F32","shape":[2,1,1,1]},{"name":"stem.bias","dtype":"F32","shape":[2]}]""",
            shown.GetProperty("tensors").GetRawText()
        );
        var listed = (await api.GetAsync("/v1/weights")).Json.GetProperty("data").EnumerateArray();
        Assert.Single(listed, each => each.GetProperty("id").GetString() == shown.GetProperty("id").GetString());

        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, made.Headers["Location"])).Status);
        Assert.Equal(404, (await api.GetAsync(made.Headers["Location"])).Status);
        await using var db = api.Database.Open();
        var hash = shown.GetProperty("sha256").GetString();
        Assert.False(await db.Blobs.AnyAsync(blob => blob.Sha256 == hash, Cancel));
        Assert.True(await db.Audit.AnyAsync(entry => entry.Action == "weights.delete", Cancel));
    }

    [Fact]
    public async Task A_form_with_the_file_does_as_well()
    {
        var form = new MultipartFormDataContent { { WeightFiles.Content(WeightFiles.Small()), "file", "weights.safetensors" } };
        Assert.Equal(201, (await api.SendAsync(HttpMethod.Post, "/v1/weights?name=form", form)).Status);
    }

    private Task<Answer> SendAsync(byte[] file, string name = "bad") =>
        api.SendAsync(HttpMethod.Post, $"/v1/weights?name={name}", WeightFiles.Content(file));

    private static byte[] Bad(string what) => what switch
    {
        "empty" => [],
        "text" => Encoding.ASCII.GetBytes("weights, please"),
        "pickle" => [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc],
        "torch zip" => [.. "PK\u0003\u0004"u8, .. new byte[26], .. "archive/data.pkl"u8],
        "hdf5" => [0x89, .. "HDF\r\n"u8, 0x1a, 0x0a],
        "truncated" => WeightFiles.Small()[..^4],
        "more bytes" => [.. WeightFiles.Small(), 0, 0, 0, 0],
        "overlap" => WeightFiles.Raw("{" + One("a", 2, 0, 8) + "," + One("b", 2, 4, 12) + "}", 12),
        "gap" => WeightFiles.Raw("{" + One("a", 1, 0, 4) + "," + One("b", 1, 8, 12) + "}", 12),
        "behind the end" => WeightFiles.Raw("{" + One("a", 4, 0, 16) + "}", 8),
        "negative" => WeightFiles.Raw("{" + One("a", -1, -4, 0) + "}", 4),
        "sizes of 2^62" => WeightFiles.Raw(
            """{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,4]}}""", 4),
        "offsets of 2^63" => WeightFiles.Raw("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775808]}}""", 4),
        "a header of 2^63" => WeightFiles.Raw("{}", 0, 1UL << 63),
        "a long header" => WeightFiles.Raw("{}", 0, 99_000_000),
        "no JSON" => WeightFiles.Raw("{nothing}", 4),
        "a list" => WeightFiles.Raw("{\"a\": [1]}", 4),
        "twice" => WeightFiles.Raw("{" + One("a", 1, 0, 4) + "," + One("a", 1, 4, 8) + "}", 8),
        "a deep header" => WeightFiles.Raw("{\"a\": " + new string('[', 60_000) + new string(']', 60_000) + "}", 4),
        "no shape" => WeightFiles.Raw("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4),
        "unknown type" => WeightFiles.Raw("""{"a":{"dtype":"OBJECT","shape":[1],"data_offsets":[0,4]}}""", 4),
        "a name with a zero" => WeightFiles.Raw("{" + One("a\\u0000", 1, 0, 4) + "}", 4),
        "not a number" => WeightFiles.Safe(("a", [2], [1, float.NaN])),
        "a broken onnx" => [0x08, 8, 0x3a, 100, 0x2a],
        "an onnx of 2^63" => [0x08, 8, 0x3a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        "external data" => [0x08, 8, 0x3a, 8, 0x2a, 6, 0x10, 1, 0x6a, 2, 0x0a, 0],
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    private static string One(string name, long size, long from, long to) =>
        $$"""
        "{{name}}":{"dtype":"F32","shape":[{{size}}],"data_offsets":[{{from}},{{to}}]}
        """;
}
