using System.Text;

namespace ConcatService.FuzzApi;

/// <summary>A request as it goes out.</summary>
/// <param name="Route">The call that it is meant for.</param>
/// <param name="Target">Path and query, percent-encoded.</param>
/// <param name="Body">Null: none.</param>
public sealed record HostileRequest(
    int Seed,
    ApiRoute Route,
    string Method,
    string Target,
    IReadOnlyList<(string Name, string Value)> Headers,
    byte[]? Body
)
{
    public HttpRequestMessage ToMessage(Uri server)
    {
        // The path goes out as it is written.
        var target = new Uri(
            server.GetLeftPart(UriPartial.Authority) + Target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var message = new HttpRequestMessage(new HttpMethod(Method), target);
        if (Body is not null)
            message.Content = new ByteArrayContent(Body);
        foreach (var (name, value) in Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    /// <summary>A line for the shell that sends it again; <c>$URL</c> and <c>$KEY</c> are the reader's.</summary>
    public string Reproduction()
    {
        var line = new StringBuilder($"curl -g --path-as-is -X {Method} \"$URL\"{Quoted(Target)} -H \"Authorization: Bearer $KEY\"");
        foreach (var (name, value) in Headers)
            line.Append($" -H {Quoted($"{name}: {value}")}");
        if (Body is { Length: > 0 })
            return $"base64 -d <<< {Convert.ToBase64String(Body)} | {line} --data-binary @-";
        return line.ToString();
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''")}'";
}
