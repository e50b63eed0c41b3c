using System.Collections.Concurrent;
using System.Globalization;

namespace ConcatService.Api.Access;

/// <summary>
/// Keys that end within 14 days: every answer says when, by the header <c>X-Key-Expires</c> (ISO 8601, UTC), and the log once a day and
/// key.
/// </summary>
internal sealed partial class EndingKeys(TimeProvider time, ILogger<EndingKeys> log)
{
    public const string Header = "X-Key-Expires";

    private static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    /// <summary>The day on which a key was told of last.</summary>
    private readonly ConcurrentDictionary<Guid, DateOnly> _told = new();

    /// <summary>Whole days from now to the end of a key; 0 on the last one.</summary>
    public static int Days(DateTimeOffset end, DateTimeOffset now) => Math.Max(0, (int)(end - now).TotalDays);

    public void Tell(HttpContext http, KnownKey key)
    {
        var now = time.GetUtcNow();
        if (key.KeyExpiresAt is not { } end || end - now > Notice)
            return;
        var text = end.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        // At the last moment: a failure clears what was set before.
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = text;
            return Task.CompletedTask;
        });
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (_told.TryGetValue(key.Id, out var day) ? day != today && _told.TryUpdate(key.Id, today, day) : _told.TryAdd(key.Id, today))
            Ending(key.Name, key.Team, text, Days(end, now));
    }

    [LoggerMessage(
        2050,
        LogLevel.Warning,
        "The key '{Name}' of the team '{Team}' expires at {ExpiresAt}, in {Days} days. Create another one: POST /v1/keys"
    )]
    private partial void Ending(string name, string team, string expiresAt, int days);
}
