using ConcatService.Api.Access;
using ConcatService.Persistence.Tests;

namespace ConcatService.Api.Tests.Access;

/// <summary>An address that sends many wrong keys.</summary>
public sealed class SlowedKeysTests(SlowedKeysTests.Server server) : IClassFixture<SlowedKeysTests.Server>
{
    private readonly ApiServer _api = server.Api;

    public sealed class Server(PostgresFixture postgres) : IAsyncLifetime
    {
        public ApiServer Api { get; } = new(postgres) { Settings = new Dictionary<string, string> { ["Service:MaxRefusedKeys"] = "3" } };

        public ValueTask InitializeAsync() => Api.InitializeAsync();

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }

    [Fact]
    public async Task Wrong_keys_are_slowed_and_good_ones_of_the_same_address_are_not_also_after_a_revocation()
    {
        Assert.Equal(200, (await _api.GetAsync("/v1/me")).Status);
        var made = await _api.PostAsync("/v1/keys", """{ "name": "brief", "scopes": ["infer"] }""", _api.AdminKey);
        var (key, id) = (made.Json.GetProperty("key").GetString()!, made.Json.GetProperty("details").GetProperty("id").GetString());
        Assert.Equal(200, (await _api.GetAsync("/v1/me", key)).Status);
        await SlowAsync();

        // From here on this process has to look every key up again.
        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, $"/v1/keys/{id}", key: _api.AdminKey)).Status);
        await SlowAsync();
        Assert.Equal(200, (await _api.GetAsync("/v1/me")).Status);
        Assert.Contains((await _api.GetAsync("/v1/me", key)).Status, new[] { 401, 429 });
    }

    /// <summary>Sends wrong keys, many at a time, until they are refused without a look.</summary>
    private async Task SlowAsync()
    {
        for (var tries = 0; tries < 50; tries++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _api.GetAsync("/v1/me", KeyText.New())));
            if (answers.Any(answer => answer.Status == 429))
                return;
        }

        Assert.Fail("1,000 wrong keys were all looked up.");
    }
}
