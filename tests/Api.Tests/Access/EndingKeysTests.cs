using System.Text.Json;
using ConcatService.Api.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ConcatService.Api.Tests.Access;

/// <summary>Whoever uses a key learns that it ends before it does.</summary>
public sealed class EndingKeysTests(ApiServer api) : IClassFixture<ApiServer>, ILogger<EndingKeys>
{
    private readonly List<string> _told = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_in_its_last_fortnight_says_when_it_ends_whatever_the_answer_is()
    {
        var end = DateTimeOffset.UtcNow.AddDays(3).AddHours(1);
        var key = await MakeAsync(end);
        foreach (var (path, status) in new[] { ("/v1/me", 200), ("/v1/nothing", 404), ("/v1/jobs?limit=x", 400), ("/v1/keys", 403) })
        {
            var answer = await api.GetAsync(path, key);
            Assert.Equal((path, status), (path, answer.Status));
            Assert.Equal(end.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"), answer.Headers["X-Key-Expires"]);
        }

        var me = (await api.GetAsync("/v1/me", key)).Json;
        Assert.Equal(3, me.GetProperty("expires_in_days").GetInt32());
        Assert.Equal(end.ToUnixTimeSeconds(), me.GetProperty("expires_at").GetDateTimeOffset().ToUnixTimeSeconds());
    }

    [Fact]
    public async Task One_that_has_longer_or_never_ends_says_nothing()
    {
        var long_ = await api.GetAsync("/v1/me", await MakeAsync(DateTimeOffset.UtcNow.AddDays(15)));
        Assert.False(long_.Headers.ContainsKey("X-Key-Expires"));
        Assert.Equal(14, long_.Json.GetProperty("expires_in_days").GetInt32());
        var never = await api.GetAsync("/v1/me");
        Assert.False(never.Headers.ContainsKey("X-Key-Expires"));
        Assert.Equal(JsonValueKind.Null, never.Json.GetProperty("expires_in_days").ValueKind);
    }

    [Fact]
    public void The_log_tells_of_a_key_once_a_day()
    {
        var time = new Calendar { Now = new(2026, 12, 1, 8, 0, 0, TimeSpan.Zero) };
        var endings = new EndingKeys(time, this);
        var (first, second) = (Key("first", days: 5), Key("second", days: 9));
        for (var i = 0; i < 3; i++)
        {
            endings.Tell(new DefaultHttpContext(), first);
            endings.Tell(new DefaultHttpContext(), second);
        }

        Assert.Equal(2, _told.Count);
        const string Told = "The key 'first' of the team 'ours' expires at 2026-12-06T08:00:00Z, in 5 days.";
        Assert.StartsWith(Told, _told[0], StringComparison.Ordinal);
        time.Now = time.Now.AddDays(1);
        endings.Tell(new DefaultHttpContext(), first);
        endings.Tell(new DefaultHttpContext(), first);
        Assert.Equal(3, _told.Count);

        KnownKey Key(string name, int days) => new(Guid.NewGuid(), 1, "ours", name, [], null, time.Now.AddDays(days), null);
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void ILogger.Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => _told.Add(formatter(state, exception));

    private async Task<string> MakeAsync(DateTimeOffset end)
    {
        await using var db = api.Database.Open();
        return (await KeyMaker.MakeAsync(db, "ours", "ending", [Scopes.JobsRead], end, Cancel)).Key;
    }

    private sealed class Calendar : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
