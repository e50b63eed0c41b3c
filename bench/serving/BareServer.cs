using System.Net;
using System.Runtime.InteropServices;
using ConcatService.Training.Onnx;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Serving;

/// <summary>
/// The floor: Kestrel around one session and nothing else. No routes, no keys, no reading of the protocol: the tensor is the last 4 KB of a
/// body, over HTTP/1.1 here and in the frame of a gRPC message on the port behind it.
/// </summary>
public static class BareServer
{
    private const int TensorBytes = 4096;

    public static async Task RunAsync(int port, string model)
    {
        using var session = OnnxSession.Open(await File.ReadAllBytesAsync(model));
        using var options = new RunOptions();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Listen(IPAddress.Loopback, port + 1, listen => listen.Protocols = HttpProtocols.Http2);
        });
        await using var app = builder.Build();
        app.Run(async http =>
        {
            if (http.Request.ContentLength == 0 || HttpMethods.IsGet(http.Request.Method))
                return;
            var isGrpc = http.Request.Protocol == HttpProtocol.Http2;
            var (body, length) = (new byte[2 * TensorBytes], 0);
            while (await http.Request.Body.ReadAsync(body.AsMemory(length)) is > 0 and var read)
                length += read;
            using var input = OrtValue.CreateTensorValueFromMemory(
                MemoryMarshal.Cast<byte, float>(body.AsSpan(length - TensorBytes, TensorBytes)).ToArray(),
                [1, 1, 32, 32]
            );
            using var outputs = session.Run(options, ["image"], [input], ["scores"]);
            var scores = outputs[0].GetTensorMutableRawData().ToArray();
            if (isGrpc)
            {
                http.Response.ContentType = "application/grpc";
                await http.Response.Body.WriteAsync((byte[])[0, 0, 0, 0, (byte)scores.Length, .. scores]);
                http.Response.AppendTrailer("grpc-status", "0");
                return;
            }

            http.Response.ContentLength = scores.Length;
            await http.Response.Body.WriteAsync(scores);
        });
        await app.RunAsync();
    }
}
