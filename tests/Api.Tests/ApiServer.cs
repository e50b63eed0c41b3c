using System.Net.Http.Headers;
using System.Text;
using ConcatService.Api.Access;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Tests;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ConcatService.Api.Tests;

/// <summary>A class fixture: the real host on a database of its own, reached through HTTP, with keys of two teams.</summary>
public sealed class ApiServer(PostgresFixture postgres) : IAsyncLifetime
{
    private WebApplicationFactory<Api.Hosting.Roles>? _factory;

    /// <summary>A key of the team <c>ours</c> that may do everything.</summary>
    public string AdminKey { get; private set; } = "";

    /// <summary>A key of the team <c>ours</c> with every scope but admin.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The same of the team <c>theirs</c>.</summary>
    public string ForeignKey { get; private set; } = "";

    /// <summary>Beyond the defaults of the service.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it listens: HTTP here, gRPC on the port behind it. Called in memory when not set.</summary>
    public int? Port { get; init; }

    /// <summary>Where uploads lie while they are read.</summary>
    public string Temporary { get; } = Directory.CreateTempSubdirectory("concat-uploads-").FullName;

    public PostgresDatabase Database { get; } = new(postgres);

    public IServiceProvider Services => _factory!.Services;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        _factory = new WebApplicationFactory<Api.Hosting.Roles>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:Postgres", Database.ConnectionString)
                .UseSetting("Logging:LogLevel:Default", "Warning")
                .UseSetting("DataSets:MaxUploadBytes", "2000000")
                .UseSetting("DataSets:MaxBytes", "40000000")
                .UseSetting("DataSets:TemporaryFolder", Temporary);
            foreach (var (name, value) in Settings)
                host.UseSetting(name, value);
            if (Port is { } port)
                host.UseSetting("urls", $"http://127.0.0.1:{port}");
        });
        if (Port is not null)
            _factory.UseKestrel();
        string[] user = [Scopes.JobsRead, Scopes.JobsWrite, Scopes.ModelsRead, Scopes.Infer];
        AdminKey = await MakeKeyAsync("ours", Scopes.Admin, Scopes.Operator);
        Key = await MakeKeyAsync("ours", user);
        ForeignKey = await MakeKeyAsync("theirs", user);
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
            await _factory.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(Temporary, recursive: true);
    }

    public async Task<string> MakeKeyAsync(string team, params string[] scopes)
    {
        await using var db = Database.Open();
        return (await KeyMaker.MakeAsync(db, team, "test", scopes, expiresAt: null, CancellationToken.None)).Key;
    }

    public int TeamId(string name = "ours")
    {
        using var db = Database.Open();
        return db.Set<Team>().Single(team => team.Name == name).Id;
    }

    /// <summary>A client that follows no redirects.</summary>
    public HttpClient Client(string? key)
    {
        var options = new WebApplicationFactoryClientOptions { AllowAutoRedirect = false };
        if (Port is { } port)
            options.BaseAddress = new($"http://127.0.0.1:{port}");
        var client = _factory!.CreateClient(options);
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Sends with <see cref="Key"/> unless told otherwise; null sends none.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        string? key = "",
        params (string Name, string Value)[] headers
    )
    {
        using var client = Client(key is "" ? Key : key);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    public Task<Answer> GetAsync(string path, string? key = "") => SendAsync(HttpMethod.Get, path, null, key);

    public Task<Answer> PostAsync(string path, string json, string? key = "", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), key, headers);
}
