using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConcatService.Api.Docs;
using ConcatService.Api.Tests.Weights;
using ConcatService.Persistence.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace ConcatService.Api.Tests.Access;

/// <summary>Every route, called by every kind of caller; <see cref="AccessTable"/> says what comes back.</summary>
public sealed partial class AccessMatrixTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly ApiServer _api = new(postgres)
    {
        Settings = new Dictionary<string, string> { ["Service:MaxRefusedKeys"] = "100000" }, // many of these are wrong on purpose
    };

    private const string CrossSite = "access.cross_site", MissingScope = "access.missing_scope", NotFound = "not found";
    private const string NewKey = """{ "name": "made", "scopes": ["infer"] }""";

    private readonly List<string> _faults = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Every_route_has_a_row_and_every_row_a_route()
    {
        var routes = await RoutesAsync();
        var rows = AccessTable.Rows.Select(row => row.ToString()).ToList();
        Assert.True(routes.Count > 80);
        Assert.Empty(rows.Except(routes).Select(row => $"no route: {row}"));
        Assert.Empty(routes.Except(rows).Select(route => $"no row in AccessTable: {route}"));
    }

    [Fact]
    public async Task Everybody_gets_what_the_table_says_and_nothing_of_another_team()
    {
        var objects = await OwnedObjects.MakeAsync(_api);
        var bodies = await BodiesAsync();
        var callers = await Callers.AllAsync(_api);
        Assert.True(callers.Count >= 16);
        var calls = (from row in AccessTable.Rows from caller in callers select (Row: row, Caller: caller)).ToList();

        var before = await OwnedObjects.InventoryAsync(_api);
        foreach (var (row, caller) in calls.Where(call => !IsOwners(call.Row, call.Caller)))
            await CheckAsync(row, caller, objects, bodies);
        Assert.Equal(before, await OwnedObjects.InventoryAsync(_api));

        // What is deleted is there for the first who may.
        HashSet<AccessRow> deleted = [];
        foreach (var (row, caller) in calls.Where(call => IsOwners(call.Row, call.Caller)).OrderBy(call => Order(call.Row)))
            await CheckAsync(row, caller, objects, bodies, mayBeGone: row.Method == "DELETE" && !deleted.Add(row));
        Assert.True(_faults.Count == 0, $"{_faults.Count} of {calls.Count} calls:\n{string.Join('\n', _faults)}");
    }

    /// <summary>Deleting last, and signing out, which ends the session that calls.</summary>
    private static int Order(AccessRow row) => row.Path == "/logout" ? 2 : row.Method == "DELETE" ? 1 : 0;

    /// <summary>Whether the call may change what belongs to the team <c>ours</c>.</summary>
    private static bool IsOwners(AccessRow row, AccessCaller caller) =>
        Expected(row, caller) is null && (!caller.IsStranger || row.Stranger is Stranger.NotFoundButOperators);

    /// <summary>The code of the refusal; null where the call gets through.</summary>
    private static string? Expected(AccessRow row, AccessCaller caller)
    {
        if (row.Who == AccessRow.OwnPages)
            return caller.IsOwnPage ? null : CrossSite;
        if (caller.IsSession && !caller.IsOwnPage && row.Method != "GET")
            return CrossSite;
        if (row.Who == AccessRow.Anybody)
            return null;
        if (caller.Refusal is { } refusal)
            return refusal;
        if (!row.Admits(caller.Scopes))
            return MissingScope;
        var isHidden = row.Stranger is Stranger.NotFound || (row.Stranger is Stranger.NotFoundButOperators && !caller.IsOperator);
        return caller.IsStranger && isHidden ? NotFound : null;
    }

    private async Task CheckAsync(
        AccessRow row,
        AccessCaller caller,
        OwnedObjects objects,
        IReadOnlyDictionary<string, string> bodies,
        bool mayBeGone = false
    )
    {
        var answer = await SendAsync(row, caller, objects.Fill(row.Path), bodies);
        var fault = Expected(row, caller) switch
        {
            _ when answer.Status >= 500 => "a failure",
            null when row.Who == AccessRow.OwnPages => CodeOf(answer) == CrossSite ? "refused" : null, // the form is empty
            null when answer.Status is 401 || (answer.Status == 403 && CodeOf(answer) is MissingScope or CrossSite) => "refused",
            null when answer.Status == 404 && !mayBeGone => "not found",
            null when caller.IsStranger && row.Stranger is Stranger.Own && objects.Traces.Any(answer.Body.Contains) => "a leak",
            null => null,
            NotFound when answer.Status != 404 => "not a 404",
            NotFound => Words(answer) == Words(await SendAsync(row, caller, OwnedObjects.FillNothing(row.Path), bodies))
                ? null
                : "told apart from what is not there",
            CrossSite or MissingScope when answer.Status != 403 => "not a 403",
            CrossSite or MissingScope => CodeOf(answer) == Expected(row, caller) ? null : "another 403",
            var refusal => (answer.Status, CodeOf(answer)) == (401, refusal) ? null : $"not a 401 {refusal}",
        };
        if (fault is not null)
            _faults.Add($"{row} by {caller.Name}: {fault}: {answer.Status} {answer.Body[..Math.Min(200, answer.Body.Length)]}");
    }

    private async Task<Answer> SendAsync(AccessRow row, AccessCaller caller, string path, IReadOnlyDictionary<string, string> bodies)
    {
        if (path.StartsWith("/inference.", StringComparison.Ordinal))
            return await SendGrpcAsync(caller, path);
        using HttpContent? body = row.ToString() switch
        {
            "POST /v1/datasets" => OwnedObjects.DataSet(caller.IsStranger ? "their-own" : OwnedObjects.Mark),
            "POST /v1/weights" => new ByteArrayContent(WeightFiles.Small()),
            "POST /v1/keys" => Json(NewKey),
            "PATCH /v1/teams/{name}" => Json("{}"), // another name would hide the team from the calls that follow
            "POST /login" or "POST /logout" => new FormUrlEncodedContent([]),
            var call when bodies.TryGetValue(call, out var example) => Json(example),
            _ => row.Method is "POST" or "PUT" ? Json("{}") : null,
        };
        return await _api.SendAsync(new HttpMethod(row.Method), path, body, null, caller.Headers);
    }

    /// <summary>One message for all methods: its first field is the model's name. Status 5 is a 404.</summary>
    private async Task<Answer> SendGrpcAsync(AccessCaller caller, string path)
    {
        var isThere = !path.EndsWith("?not-there", StringComparison.Ordinal);
        var name = Encoding.ASCII.GetBytes(isThere ? OwnedObjects.Mark : "not-there");
        byte[] frame = [0, 0, 0, 0, (byte)(name.Length + 2), 0x0A, (byte)name.Length, .. name];
        using var client = _api.Client(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, path.Split('?')[0])
        {
            Version = HttpVersion.Version20,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new("application/grpc") } },
        };
        foreach (var (header, value) in caller.Headers)
            request.Headers.TryAddWithoutValidation(header, value);
        using var response = await client.SendAsync(request, Cancel);
        var answer = await Answer.OfAsync(response);
        var ends = response.TrailingHeaders.Concat(response.Headers).ToLookup(header => header.Key, header => header.Value.First());
        var message = ends["grpc-message"].FirstOrDefault() ?? "";
        return ends["grpc-status"].FirstOrDefault() switch
        {
            "5" => answer with { Status = 404, Body = message },
            "2" or "13" or "14" => answer with { Status = 500, Body = message },
            _ => answer,
        };
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static string? CodeOf(Answer answer) =>
        answer.Headers.TryGetValue("Content-Type", out var type) && type.StartsWith("application/problem+json", StringComparison.Ordinal)
            ? answer.Code
            : null;

    /// <summary>What an answer says, whatever it was asked for.</summary>
    private static string Words(Answer answer) =>
        Asked().Replace(answer.Body, "…") + string.Join('\n', answer.Headers.Keys.Order(StringComparer.Ordinal));

    [GeneratedRegex($"{OwnedObjects.Mark}|not-there|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|\"trace_id\":\"[0-9a-f]+\"")]
    private static partial Regex Asked();

    /// <summary>What the document lists, and what it leaves out: pages, gRPC, the dashboard.</summary>
    private async Task<HashSet<string>> RoutesAsync()
    {
        var mapped =
            from endpoint in _api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
            select $"{method} /{Constraint().Replace(endpoint.RoutePattern.RawText!.Trim('/'), "}")}";
        var documented = from call in Calls(await DocumentAsync()) select $"{call.Method} {call.Path}";
        return [.. mapped, .. documented];
    }

    [GeneratedRegex(@":\w+\}")]
    private static partial Regex Constraint();

    /// <summary>By route: the example of its body.</summary>
    private async Task<Dictionary<string, string>> BodiesAsync() =>
        (
            from call in Calls(await DocumentAsync())
            let example = call.Operation["requestBody"]?["content"]?["application/json"]?["example"]
            where example is not null
            select (Call: $"{call.Method} {call.Path}", Body: example.ToJsonString())
        ).ToDictionary(each => each.Call, each => each.Body);

    private async Task<JsonObject> DocumentAsync()
    {
        var document = await _api.Services.GetRequiredService<IAsyncSwaggerProvider>().GetSwaggerAsync(Swagger.Document);
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, Cancel))!.AsObject();
    }

    private static IEnumerable<(string Method, string Path, JsonNode Operation)> Calls(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from call in path.Value!.AsObject()
        select (call.Key.ToUpperInvariant(), path.Key, call.Value!);
}
