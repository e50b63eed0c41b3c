using System.IO.Compression;
using System.Text;
using static ConcatService.Api.Tests.Inference.Protocol.EchoRequests;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Requests and answers that are compressed on the way.</summary>
[Collection(nameof(ProtocolServer))]
public sealed class RestCompressionCases(ProtocolServer server)
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_request_may_be_compressed(string encoding)
    {
        server.Need("echo-fp32");
        var answer = await server.SendAsync(
            HttpMethod.Post,
            Infer,
            Compressed(Encoding.UTF8.GetBytes(Body()), encoding),
            ("Content-Encoding", encoding)
        );
        Assert.Equal("[1,2,3]", answer.Output().GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task An_answer_is_compressed_when_asked_for_and_the_header_counts_what_it_was_before(string encoding)
    {
        server.Need("echo-fp32");
        var body =
            $$"""
            { "parameters": { "binary_data_output": true },
              "inputs": [ { "name": "x", "shape": [400, 3], "datatype": "FP32",
              "data": [{{string.Join(", ", Enumerable.Repeat(Row, 400))}}] } ] }
            """;
        var answer = await server.PostAsync(Infer, body, ("Accept-Encoding", encoding));
        Assert.Equal(encoding, answer.Headers["Content-Encoding"]);
        using var stream =
            encoding == "gzip"
                ? (Stream)new GZipStream(new MemoryStream(answer.Body), CompressionMode.Decompress)
                : new ZLibStream(new MemoryStream(answer.Body), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await stream.CopyToAsync(plain, TestContext.Current.CancellationToken);
        Assert.Equal(4800, (answer with { Body = plain.ToArray() }).Tensors.Length);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("br")]
    [InlineData("gzip;q=0")]
    public async Task An_answer_is_plain_when_no_form_of_ours_is_asked_for(string accepted)
    {
        server.Need("echo-fp32");
        Assert.Equal(
            "[1,2,3]",
            (await server.PostAsync(Infer, Body(), ("Accept-Encoding", accepted))).Output().GetProperty("data").GetRawText()
        );
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public async Task A_body_that_is_not_in_the_form_it_says_is_a_4xx(string encoding)
    {
        server.Need("echo-fp32");
        Assert.InRange(
            (await server.SendAsync(HttpMethod.Post, Infer, Encoding.UTF8.GetBytes(Body()), ("Content-Encoding", encoding))).Status,
            400,
            415
        );
    }

    private static byte[] Compressed(byte[] plain, string encoding)
    {
        using var bytes = new MemoryStream();
        using (
            var stream =
                encoding == "gzip"
                    ? (Stream)new GZipStream(bytes, CompressionLevel.Fastest)
                    : new ZLibStream(bytes, CompressionLevel.Fastest)
        )
            stream.Write(plain);
        return bytes.ToArray();
    }
}
