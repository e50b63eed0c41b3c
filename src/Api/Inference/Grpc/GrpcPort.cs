using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ConcatService.Api.Inference.Grpc;

/// <summary>
/// The port of the gRPC door. Without TLS a connection cannot choose between HTTP/1.1 and HTTP/2, which gRPC is made of, so that it needs a
/// port of its own: the one after the first HTTP port, or <c>Inference:GrpcPort</c>; 0 closes it.
/// </summary>
internal static class GrpcPort
{
    private const string DefaultUrl = "http://localhost:5000";

    public static void Open(WebApplicationBuilder builder)
    {
        var urls = builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? DefaultUrl;
        var first = BindingAddress.Parse(urls.Split(';')[0]);
        var port = builder.Configuration.GetValue("Inference:GrpcPort", first.Port + 1);
        if (port == 0)
            return;
        builder.WebHost.UseUrls([.. urls.Split(';'), $"http://{first.Host}:{port}"]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (listen.IPEndPoint?.Port == port)
                listen.Protocols = HttpProtocols.Http2;
        }));
    }
}
