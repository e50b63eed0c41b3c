using System.Net.Sockets;
using System.Text;

namespace ConcatService.Api.Tests.Errors;

/// <summary>What goes wrong before a request is one.</summary>
public sealed class WireTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("8000000000000000")]
    [InlineData("80000000")]
    [InlineData("-1")]
    [InlineData("xyz")]
    public async Task A_chunk_of_a_size_that_is_none_is_a_400(string size)
    {
        foreach (var path in new[] { "/v1/architectures/validate", "/v1/jobs", "/v1/datasets" })
        {
            var type = path == "/v1/datasets" ? "multipart/form-data; boundary=x" : "application/json";
            var answer = await SendAsync(
                $"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.Api.Key}\r\nContent-Type: {type}\r\n"
                    + $"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n"
            );
            Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/models/a%00b")]
    [InlineData("/v1/datasets/%00")]
    public async Task A_path_with_the_character_NUL_is_a_400(string path) =>
        Assert.StartsWith(
            "HTTP/1.1 400 ",
            await SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.Api.Key}\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal
        );

    private async Task<string> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, Cancel);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancel);
    }
}
