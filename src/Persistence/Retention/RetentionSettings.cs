using System.Text.Json;
using ConcatService.Domain.Fields;
using Microsoft.Extensions.Configuration;

namespace ConcatService.Persistence.Retention;

/// <summary>How long each kind is kept; null is forever.</summary>
public sealed class RetentionSettings
{
    /// <summary>Shorter and longer ones are refused: a day, and 100 years.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromDays(1), Longest = TimeSpan.FromDays(36_500);

    private readonly Dictionary<RetentionKind, TimeSpan?> _periods;

    private RetentionSettings(Dictionary<RetentionKind, TimeSpan?> periods) => _periods = periods;

    public static RetentionSettings Default { get; } = new(
        new()
        {
            [RetentionKind.Events] = TimeSpan.FromDays(90),
            [RetentionKind.Metrics] = TimeSpan.FromDays(180),
            [RetentionKind.FailedCheckpoints] = TimeSpan.FromDays(7),
            [RetentionKind.FinishedCheckpoints] = TimeSpan.FromDays(30),
            [RetentionKind.Exports] = TimeSpan.FromDays(30),
            [RetentionKind.Audit] = TimeSpan.FromDays(400),
        }
    );

    public TimeSpan? this[RetentionKind kind] => _periods[kind];

    /// <summary>Those of the instance, from the section <c>Retention</c>.</summary>
    /// <exception cref="InvalidOperationException">A value is neither a duration within the bounds nor <c>null</c>.</exception>
    public static RetentionSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Retention");
        var given = section.GetChildren().Select(child => child.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var settings = Default;
        Take(RetentionKind.Events, "Events", configuration["Retention:Events"]);
        Take(RetentionKind.Metrics, "Metrics", configuration["Retention:Metrics"]);
        Take(RetentionKind.FailedCheckpoints, "FailedCheckpoints", configuration["Retention:FailedCheckpoints"]);
        Take(RetentionKind.FinishedCheckpoints, "FinishedCheckpoints", configuration["Retention:FinishedCheckpoints"]);
        Take(RetentionKind.Exports, "Exports", configuration["Retention:Exports"]);
        Take(RetentionKind.Audit, "Audit", configuration["Retention:Audit"]);
        return settings;

        // An environment has no null: there it is the word, or nothing behind the equals sign.
        void Take(RetentionKind kind, string key, string? text)
        {
            if (text is null or "" or "null")
                settings = given.Contains(key) ? settings.With(kind, null) : settings;
            else if (TryRead(text, out var period))
                settings = settings.With(kind, period);
            else
                throw new InvalidOperationException(
                    $"Retention:{key} is '{text}'; expected an ISO 8601 duration from P1D to P36500D, such as P90D, or null for forever."
                );
        }
    }

    /// <summary>These, but for the kinds that a team has chosen for itself. The audit is kept no shorter for that.</summary>
    /// <param name="own">See <see cref="Entities.TeamRetention.Settings"/>.</param>
    public RetentionSettings With(JsonElement own)
    {
        var settings = this;
        foreach (var kind in RetentionKinds.All)
            if (own.TryGetProperty(kind.Name(), out var value) && !(kind == RetentionKind.Audit && IsTooShortForAudit(value.GetString())))
                settings = settings.With(kind, value.GetString() is { } text && TryRead(text, out var period) ? period : null);
        return settings;
    }

    /// <summary>Whether these keep the audit for longer.</summary>
    /// <param name="text">A duration, or null for forever.</param>
    public bool IsTooShortForAudit(string? text) =>
        text is not null && TryRead(text, out var period) && (this[RetentionKind.Audit] is not { } least || period < least);

    public RetentionSettings With(RetentionKind kind, TimeSpan? period) => new(new(_periods) { [kind] = period });

    /// <summary>False for what is no duration, or out of bounds.</summary>
    public static bool TryRead(string text, out TimeSpan period) =>
        Duration.TryRead(text, out period) && period >= Shortest && period <= Longest;
}
