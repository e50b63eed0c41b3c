using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace ConcatService.Api.Hosting;

/// <summary>
/// Takes a caller's address and scheme from a proxy's <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>: from a proxy that
/// <c>Service:KnownProxies</c> names, and from nobody else, who could write anything there. The host is that of the request: a proxy passes
/// it on as it came.
/// </summary>
internal static class KnownProxies
{
    /// <summary>The first of all.</summary>
    /// <exception cref="InvalidOperationException">One of them is neither an address nor a network.</exception>
    public static void UseIn(WebApplication app)
    {
        if (app.Configuration["Service:KnownProxies"] is not { Length: > 0 } known)
            return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,                                                // as many proxies in a row as are known
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var each in known.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            options.KnownIPNetworks.Add(NetworkOf(each));
        app.UseForwardedHeaders(options);
    }

    private static System.Net.IPNetwork NetworkOf(string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return new(address, address.GetAddressBytes().Length * 8);
        return System.Net.IPNetwork.TryParse(text, out var network)
            ? network
            : throw new InvalidOperationException(
                $"Service:KnownProxies has '{text}'; expected addresses and networks with commas, such as 10.0.0.7,172.16.0.0/12."
            );
    }
}
