using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using ConcatService.Api.Inference.Grpc;
using ConcatService.Api.Inference.Grpc.Wire;
using ConcatService.Api.Memory;
using ConcatService.Api.Tests.Images;
using ConcatService.Api.Tests.Inference;
using ConcatService.Persistence.Tests;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Memory;

/// <summary>Small requests that unfold, many at a time: they are refused before they fill the memory.</summary>
public sealed class HostileRequestTests(HostileRequestTests.Server server) : IClassFixture<HostileRequestTests.Server>
{
    private const int BudgetBytes = 4 << 20;

    private static readonly byte[] Blanks = Gzip(new byte[16 << 20].Select(_ => (byte)' ').ToArray());
    private static readonly byte[] Picture = GrayPng.Of(2000, 1000, (_, _) => 0);

    private readonly ApiServer _api = server.Api;

    public sealed class Server(PostgresFixture postgres) : IAsyncLifetime
    {
        public ApiServer Api { get; } = new(postgres)
        {
            Settings = new Dictionary<string, string> { ["Service:MemoryBudgetBytes"] = $"{BudgetBytes}" },
        };

        public async ValueTask InitializeAsync()
        {
            await Api.InitializeAsync();
            await SmallModels.PublishAsync(Api, "small", SmallModels.Linear());
        }

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }

    private MemoryBudget Budget => _api.Services.GetRequiredService<MemoryBudget>();

    [Fact]
    public async Task What_others_hold_is_a_503_that_says_when_to_come_back_and_without_them_there_is_enough()
    {
        var kinds = new (string Path, HttpContent Body)[]
        {
            ("/v2/models/small/infer", Packed()),
            ("/v1/models/small/predict", File()),
            ("/v1/models/small/predict", Json("""{ "instances": [ [0, 0, 0, 0] ] }""" + new string(' ', 100_000))),
            ("/v1/architectures/validate", Json("""{ "inputs": { } }""" + new string(' ', 100_000))),
        };
        Assert.True(Budget.TryTake(BudgetBytes - 100_000));
        foreach (var (path, body) in kinds)
        {
            var refused = await _api.SendAsync(HttpMethod.Post, path, body);
            Assert.Equal((path, 503, "service.memory"), (path, refused.Status, refused.Code));
            Assert.Equal("2", refused.Headers["Retry-After"]);
        }

        Assert.Equal(StatusCode.Unavailable, await GrpcStatusAsync());
        Assert.Equal(200, (await _api.GetAsync("/health/live", key: null)).Status);
        Budget.GiveBack(BudgetBytes - 100_000);
        await IsWholeAsync();

        Assert.Equal(400, (await _api.SendAsync(HttpMethod.Post, kinds[0].Path, Packed())).Status);
        Assert.Equal(200, (await _api.SendAsync(HttpMethod.Post, kinds[1].Path, File())).Status);
        Assert.Equal(StatusCode.InvalidArgument, await GrpcStatusAsync());
        await IsWholeAsync();
    }

    [Fact]
    public async Task Sixty_four_at_once_get_an_answer_each_and_give_back_what_they_took()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 64)
                .Select(index =>
                    index % 2 == 0
                        ? _api.SendAsync(HttpMethod.Post, "/v2/models/small/infer", Packed())
                        : _api.SendAsync(HttpMethod.Post, "/v1/models/small/predict", File())
                )
        );
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 200, 400, 503 }));
        Assert.Contains(answers, answer => answer.Status == 503);
        await IsWholeAsync();
    }

    [Fact]
    public async Task What_a_caller_took_who_left_in_the_middle_comes_back()
    {
        using var client = _api.Client(_api.Key);
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        using var never = new Endless(new byte[1 << 20]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PostAsync("/v2/models/small/infer", never, leave.Token));
        await IsWholeAsync();
    }

    [Fact]
    public async Task Who_sends_no_more_of_a_packed_body_keeps_nobody_from_unpacking()
    {
        using var client = _api.Client(_api.Key);
        using var leave = new CancellationTokenSource();
        var senders = Enumerable
            .Range(0, 2 * Environment.ProcessorCount)
            .Select(_ => client.PostAsync(
                "/v2/models/small/infer",
                new Endless(Blanks.AsMemory(0, 1000)) { Headers = { ContentEncoding = { "gzip" } } },
                leave.Token
            ))
            .ToList();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        var answer = await _api.SendAsync(
            HttpMethod.Post,
            "/v2/models/small/infer",
            new ByteArrayContent(Gzip([(byte)' '])) { Headers = { ContentEncoding = { "gzip" } } }
        );
        Assert.Equal(400, answer.Status);
        Assert.All(senders, sender => Assert.False(sender.IsCompleted));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(senders));
        await IsWholeAsync();
    }

    /// <summary>Shortly after the answers: the end of a request is behind its last byte.</summary>
    private async Task IsWholeAsync()
    {
        for (var tries = 0; Budget.TakenBytes > 0 && tries < 200; tries++)
            await Task.Delay(25, TestContext.Current.CancellationToken);
        Assert.Equal(0, Budget.TakenBytes);
    }

    private async Task<StatusCode> GrpcStatusAsync()
    {
        using var client = _api.Client(_api.Key);
        using var channel = GrpcChannel.ForAddress(client.BaseAddress!, new GrpcChannelOptions { HttpClient = client });
        var request = new ModelInferRequest
        {
            ModelName = "small",
            Inputs =
            {
                new ModelInferRequest.Types.InferInputTensor
                {
                    Name = "image",
                    Datatype = "FP32",
                    Shape = { 1, 1, 2, 2 },
                },
            },
            RawInputContents = { ByteString.CopyFrom(new byte[200_000]) },
        };
        var call = channel
            .CreateCallInvoker()
            .AsyncUnaryCall(
                new Method<ModelInferRequest, ModelInferResponse>(
                    MethodType.Unary,
                    GrpcMethods.Service,
                    "ModelInfer",
                    Marshallers.Create(message => message.ToByteArray(), ModelInferRequest.Parser.ParseFrom),
                    Marshallers.Create(message => message.ToByteArray(), ModelInferResponse.Parser.ParseFrom)
                ),
                host: null,
                default,
                request
            );
        return (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode;
    }

    private static ByteArrayContent Packed() => new(Blanks) { Headers = { ContentEncoding = { "gzip" } } };

    private static ByteArrayContent File() => new(Picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>A beginning, and then nothing until the caller leaves.</summary>
    private sealed class Endless(ReadOnlyMemory<byte> beginning) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream,
            System.Net.TransportContext? context,
            CancellationToken cancellationToken
        )
        {
            await stream.WriteAsync(beginning, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
