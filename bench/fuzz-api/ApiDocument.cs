using System.Text.Json.Nodes;

namespace ConcatService.FuzzApi;

/// <summary>A parameter of a call: where it goes, and what type it should have.</summary>
public sealed record ApiParameter(string Name, string In, string Type);

/// <summary>A body that a call takes. The schema may refer to others of the document.</summary>
public sealed record ApiBody(string ContentType, JsonNode? Schema, JsonNode? Example);

/// <summary>A call, with the statuses that it documents.</summary>
public sealed record ApiRoute(
    string Method,
    string Path,
    IReadOnlyList<ApiParameter> Parameters,
    IReadOnlyList<ApiBody> Bodies,
    IReadOnlySet<int> Statuses
)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>What the service says of itself.</summary>
public sealed class ApiDocument
{
    /// <summary>Pages, which no OpenAPI document lists.</summary>
    private static readonly string[] Pages =
    [
        "GET /",
        "GET /login",
        "POST /login",
        "POST /logout",
        "GET /models/{name}",
        "GET /hangfire",
        "GET /hangfire/stats",
        "POST /hangfire/stats",
        "GET /hangfire/jobs/{number}",
        "GET /hangfire/jobs/details/{number}",
        "GET /swagger/{name}",
        "GET /{name}",
    ];

    private readonly JsonNode _document;

    public ApiDocument(JsonNode document)
    {
        _document = document;
        Routes =
        [
            .. from path in document["paths"]!.AsObject()
            from call in path.Value!.AsObject()
            select Route(call.Key, path.Key, call.Value!),
            .. Pages.Select(page => page.Split(' ')).Select(page => new ApiRoute(page[0], page[1], Named(page[1]), [], new HashSet<int>())),
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    /// <summary>The schema itself where this refers to one.</summary>
    public JsonNode? Resolve(JsonNode? schema)
    {
        for (var steps = 0; steps < 20 && schema is JsonObject reference && (string?)reference["$ref"] is { } target; steps++)
            schema = _document["components"]!["schemas"]![target[(target.LastIndexOf('/') + 1)..]];
        return schema;
    }

    private static ApiRoute Route(string method, string path, JsonNode call) => new(
        method.ToUpperInvariant(),
        path,
        [
            .. (call["parameters"]?.AsArray() ?? []).Select(parameter => new ApiParameter(
                (string)parameter!["name"]!,
                (string)parameter["in"]!,
                parameter["schema"]?["type"] is JsonValue type ? (string)type! : "string"
            )),
        ],
        [
            .. (call["requestBody"]?["content"]?.AsObject() ?? []).Select(body => new ApiBody(
                body.Key,
                body.Value!["schema"],
                body.Value["example"]
            )),
        ],
        call["responses"]!.AsObject().Select(response => int.TryParse(response.Key, out var status) ? status : 0).ToHashSet()
    );

    private static IReadOnlyList<ApiParameter> Named(string path) =>
        [.. path.Split('/').Where(part => part.StartsWith('{')).Select(part => new ApiParameter(part.Trim('{', '}'), "path", "string"))];
}
