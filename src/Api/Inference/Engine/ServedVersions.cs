using System.Collections.Concurrent;
using System.Globalization;
using ConcatService.Api.Caching;
using ConcatService.Api.Database;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Inference.Engine;

/// <summary>A model version by the name that its callers use.</summary>
internal sealed class ServedVersion(string model, ModelVersion row, ModelStats stats)
{
    public string Model => model;

    public ModelVersion Row => row;

    public string Version { get; } = row.Version.ToString(CultureInfo.InvariantCulture);

    public Signature Signature { get; } = new(TensorInfo.ListOf(row.Inputs), TensorInfo.ListOf(row.Outputs));

    public ModelStats Stats => stats;
}

/// <summary>
/// Which version a name stands for, kept for a moment, so that a request costs no query. What another process changes is seen here after
/// <see cref="Fresh"/> when the model is in use, and at once when it was not asked for a while; what this process changes, at once.
/// </summary>
internal sealed class ServedVersions(IServiceScopeFactory scopes, DatabaseWatch watch, TimeProvider time)
{
    /// <summary>The version that its name asks for: the newest.</summary>
    public const string Latest = "latest";

    /// <summary>Why a version that is there is not served.</summary>
    public const string Quarantined = "The version is quarantined. GET /v1/models/{name} says why; an admin may serve it by an alias.";

    private static readonly Entry Nothing = new([], new Dictionary<string, int>(), 0);

    private const int MaxModels = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Past this age the caller waits for the database, a moment where it does not answer; before, one query runs while callers are served
    /// what is known.
    /// </summary>
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(int TeamId, string Model), Entry> _entries = new();
    private readonly ConcurrentDictionary<(Guid ModelId, int Version), ModelStats> _stats = new();

    private readonly SingleFlight<(int TeamId, string Model, long Changes), Entry> _reads = new();
    private readonly Lock _lock = new();
    private long _changes;

    private sealed record Entry(IReadOnlyList<ServedVersion> Versions, IReadOnlyDictionary<string, int> Aliases, long Since)
    {
        public int Refreshing;

        /// <summary>Of those that are ready; 0 where none is.</summary>
        public int Newest { get; } =
            Versions.FirstOrDefault(version => version.Row.State == ModelVersion.Ready)?.Row.Version ?? 0;

        public bool Serves(ServedVersion version) =>
            version.Row.State == ModelVersion.Ready || Aliases.Values.Contains(version.Row.Version);
    }

    /// <summary>Everything that was asked for in this process, by team, model and version.</summary>
    public IEnumerable<(int TeamId, ServedVersion Version)> Known =>
        _entries.SelectMany(entry => entry.Value.Versions.Select(version => (entry.Key.TeamId, version)));

    /// <summary>
    /// A version by number, <c>latest</c> or alias; with null the one under <c>production</c>, or the newest where there is none such. Of
    /// versions in quarantine only those that an alias names.
    /// </summary>
    /// <exception cref="InferenceException">The team has no such model or version, or it is in quarantine.</exception>
    public async ValueTask<ServedVersion> FindAsync(int teamId, string model, string? version, CancellationToken cancel)
    {
        var entry = await EntryAsync(teamId, model, cancel);
        var number = version switch
        {
            Latest => entry.Newest,
            null or "" => entry.Aliases.TryGetValue(ModelAlias.Production, out var production) ? production : entry.Newest,
            _ => int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                ? given
                : entry.Aliases.GetValueOrDefault(version),
        };
        if (entry.Versions.FirstOrDefault(each => each.Row.Version == number) is { } found)
            return entry.Serves(found) ? found : throw Refused(model, found.Version);
        throw version is null or "" or Latest && entry.Versions is [var last, ..]
            ? Refused(model, last.Version)
            : new InferenceException(
                "not_found",
                $"There is no model '{(string.IsNullOrEmpty(version) ? model : $"{model}/{version}")}' here.",
                Fault.NotFound
            );
    }

    /// <summary>All versions of a model that are served, the newest first; empty when the team has no such model.</summary>
    public async ValueTask<IReadOnlyList<ServedVersion>> AllAsync(int teamId, string model, CancellationToken cancel)
    {
        var entry = await EntryAsync(teamId, model, cancel);
        return entry.Versions.All(entry.Serves) ? entry.Versions : [.. entry.Versions.Where(entry.Serves)];
    }

    private static InferenceException Refused(string model, string version) =>
        new(
            "model.quarantined",
            $"Version {version} of '{model}' is quarantined. GET /v1/models/{model}/versions/{version} says why; an admin may serve it by "
                + $"an alias: PUT /v1/models/{model}/aliases/production.",
            Fault.NotFound
        );

    /// <summary>Forgets a model whose versions or aliases have just changed.</summary>
    public void Forget(int teamId, string model)
    {
        lock (_lock)
        {
            _changes++;
            _entries.TryRemove((teamId, model), out _);
        }
    }

    private ValueTask<Entry> EntryAsync(int teamId, string model, CancellationToken cancel)
    {
        if (!_entries.TryGetValue((teamId, model), out var entry))
            return model.Any(char.IsControl)
                ? new(Nothing) // PostgreSQL's text knows no NUL
                : new(watch.AnswerAsync(left => ReadAsync(teamId, model, left), cancel));
        var age = time.GetElapsedTime(entry.Since);
        if (age > Usable)
            return new(watch.NewerAsync(left => ReadAsync(teamId, model, left), entry, age, cancel));
        if (age > Fresh && !watch.IsAway && Interlocked.Exchange(ref entry.Refreshing, 1) == 0)
            _ = RefreshAsync(teamId, model);
        return new(entry);
    }

    private async Task RefreshAsync(int teamId, string model)
    {
        try
        {
            await ReadAsync(teamId, model, CancellationToken.None);
        }
        catch (Exception gone) when (gone is DbUpdateException or InvalidOperationException or System.Data.Common.DbException)
        {
            // The database does not answer. The next caller, when what is known has become too old, is told so.
        }
    }

    /// <summary>Those who ask after a change never share a read that began before it.</summary>
    private Task<Entry> ReadAsync(int teamId, string model, CancellationToken cancel)
    {
        var changes = Interlocked.Read(ref _changes);
        return _reads.RunAsync((teamId, model, changes), () => ReadAsync(teamId, model, changes), cancel);
    }

    private async Task<Entry> ReadAsync(int teamId, string model, long changes)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var since = time.GetTimestamp();
        var rows = await db.VersionsOf(teamId, model).ToListAsync();
        var aliases =
            rows.Count == 0
                ? []
                : await db
                    .ModelAliases.AsNoTracking()
                    .Where(alias => alias.ModelId == rows[0].ModelId)
                    .ToDictionaryAsync(alias => alias.Name, alias => alias.Version);
        var entry = new Entry(
            [.. rows.Select(row => new ServedVersion(model, row, _stats.GetOrAdd((row.ModelId, row.Version), _ => new())))],
            aliases,
            since
        );
        lock (_lock)
        {
            if (_entries.Count >= MaxModels)
                _entries.Clear();
            if (rows.Count == 0)
                _entries.TryRemove((teamId, model), out _);
            else if (_changes == changes)                           // otherwise something has changed since it was read
                _entries[(teamId, model)] = entry;
        }

        return entry;
    }
}
