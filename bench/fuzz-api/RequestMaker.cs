using System.Text;

namespace ConcatService.FuzzApi;

/// <summary>
/// Makes one hostile request of a seed: a call of the document whose path, query, headers and body are partly what the call takes and
/// partly not. Known names change as the service is used; all else follows from the seed.
/// </summary>
public sealed class RequestMaker(ApiDocument document, KnownNames known)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY", "BREW"];

    private static readonly (string Name, string[] Values)[] HostileHeaders =
    [
        ("Accept", ["text/event-stream", "text/html", "*/*", "application/json;q=x", "image/svg+xml", ""]),
        ("Accept-Encoding", ["gzip", "br", "deflate;q=0", "*", "gzip;q=2", ","]),
        ("Content-Encoding", ["gzip", "deflate", "br", "identity", "gzip, gzip"]),
        ("Content-Type", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "image/png", ";"]),
        ("Content-Type", ["application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/grpc", "text/html"]),
        ("Cookie", ["concat_session_80=x", "concat_session_80=", "=;=", "a=b; concat_session_80=\"\""]),
        ("Idempotency-Key", ["x", "\"x\"", "\"", "", "é", "again", "again"]),
        ("Inference-Header-Content-Length", ["0", "-1", "1", "99999999999", "x", "1.5", "2147483647"]),
        ("Last-Event-ID", ["0", "-1", "9223372036854775807", "9223372036854775808", "x"]),
        ("Range", ["bytes=0-1", "bytes=-1", "bytes=9-1", "bytes=0-0,2-3", "items=0-1", "bytes=99999999999999999999-"]),
        ("If-None-Match", ["*", "\"x\"", "W/\"x\"", "x", "\""]),
        ("If-Range", ["\"x\"", "Wed, 21 Oct 2015 07:28:00 GMT", "x"]),
        ("If-Modified-Since", ["Wed, 21 Oct 2015 07:28:00 GMT", "x", "0"]),
        ("Host", ["x", "127.0.0.1:1", "a b", "[::1]", "é"]),
        ("Origin", ["null", "http://elsewhere.example", "x"]),
        ("X-Forwarded-For", ["127.0.0.1", "x", "1.2.3.4, ::1"]),
        ("X-HTTP-Method-Override", ["DELETE", "x"]),
        ("traceparent", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-x-y-z", "ff-00-00-00"]),
        ("Authorization", ["Bearer ccs_x", "Bearer ", "Basic eDp5", "Bearer ccs_000000000000000000000000000000000000"]),
    ];

    private readonly BodyMaker _bodies = new(document);

    public HostileRequest Make(int seed)
    {
        var random = new Random(seed);
        var route = document.Routes[random.Next(document.Routes.Count)];
        var method = random.Next(25) == 0 ? Hostile.Pick(random, Methods) : route.Method;
        var headers = new List<(string, string)>();
        byte[]? body = null;
        if (route.Bodies.Count > 0 && random.Next(30) > 0)
        {
            (body, var type) = _bodies.Make(route, random);
            headers.Add(("Content-Type", type));
        }
        else if (random.Next(10) == 0)
        {
            body = Encoding.UTF8.GetBytes(Hostile.Json(random)?.ToJsonString() ?? "");
        }

        foreach (var header in route.Parameters.Where(parameter => parameter.In == "header" && random.Next(3) == 0))
            headers.Add((header.Name, Printable(Hostile.Text(random))));
        for (var i = random.Next(4) == 0 ? random.Next(1, 4) : 0; i > 0; i--)
        {
            var (name, values) = Hostile.Pick(random, HostileHeaders);
            if (headers.TrueForAll(each => each.Item1 != name) || random.Next(2) == 0)
            {
                headers.RemoveAll(each => each.Item1 == name);
                headers.Add((name, Hostile.Pick(random, values)));
            }
        }

        // Few deletes of what is there: the other calls need something to work on.
        var path = Path(route, random, mostlyKnown: method != "DELETE" || random.Next(3) == 0);
        return new(seed, route, method, path + Query(route, random), headers, body);
    }

    private string Path(ApiRoute route, Random random, bool mostlyKnown)
    {
        var path = new StringBuilder();
        var before = "";
        foreach (var part in route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path.Append('/');
            if (!part.StartsWith('{'))
                path.Append(random.Next(200) == 0 ? Escaped(Hostile.Text(random), random) : part);
            else if (mostlyKnown && random.Next(5) > 0 && known.Any(before, random) is { } name)
                path.Append(Uri.EscapeDataString(name));
            else
                path.Append(Escaped(Hostile.Text(random), random));
            before = part;
        }

        return path.Length == 0 ? "/" : path.ToString();
    }

    private static string Query(ApiRoute route, Random random)
    {
        var pairs = new List<string>();
        foreach (var parameter in route.Parameters.Where(parameter => parameter.In == "query" && random.Next(2) == 0))
        {
            for (var i = random.Next(8) == 0 ? 3 : 1; i > 0; i--)
            {
                var value = parameter.Type == "integer" ? Hostile.Number(random) : Hostile.Text(random);
                pairs.Add($"{parameter.Name}={Escaped(value, random)}");
            }
        }

        if (random.Next(12) == 0)
            pairs.Add($"{Escaped(Hostile.Text(random), random)}={Escaped(Hostile.Text(random), random)}");
        return pairs.Count == 0 ? "" : "?" + string.Join('&', pairs);
    }

    /// <summary>Percent-encoded, now and then with bytes that are no UTF-8, and no longer than a line of a request may be.</summary>
    private static string Escaped(string text, Random random)
    {
        var escaped = Uri.EscapeDataString(text.Length > 1000 ? text[..1000] : text);
        return random.Next(40) == 0 ? escaped + Hostile.Pick(random, "%FF", "%C0%80", "%ED%A0%80", "%", "%zz", "%2", "%25%30%30") : escaped;
    }

    private static string Printable(string text) =>
        string.Concat(text.Where(letter => letter is >= ' ' and <= '~')) is var kept && kept.Length > 2000 ? kept[..2000] : kept;
}
