using System.Security.Cryptography;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// Loaded models by the hash of their file. Many callers of a model that is not there wait for one load; the least recently used ones go
/// when all together are over the budget, each when its last caller is done with it.
/// </summary>
internal sealed class ModelCache(BlobStore blobs, IServiceScopeFactory scopes, IConfiguration configuration) : IDisposable
{
    /// <summary>Bytes of ONNX files; a session holds about as much again. <c>Inference:CacheBytes</c>, 1 GiB when not set.</summary>
    private readonly long _budgetBytes = configuration.GetValue("Inference:CacheBytes", 1L << 30);

    private readonly QueueSettings _queue = QueueSettings.From(configuration);
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Lock _lock = new();
    private long _clock;

    /// <summary>How many models are loaded, and the bytes of their files.</summary>
    public (int Models, long Bytes) Loaded
    {
        get
        {
            lock (_lock)
                return (_entries.Count, _entries.Values.Sum(entry => entry.Bytes));
        }
    }

    /// <summary>A model in use. Dispose when done with it.</summary>
    public sealed class Lease(ModelCache cache, Entry entry, ServedModel model) : IDisposable
    {
        public ServedModel Model => model;

        public void Dispose() => cache.Release(entry);
    }

    public sealed class Entry(string hash, Task<ServedModel> loading)
    {
        public string Hash => hash;
        public Task<ServedModel> Loading => loading;
        public long Bytes { get; set; }
        public long LastUsed { get; set; }
        public int Users { get; set; }
        public bool Removed { get; set; }
    }

    public async Task<Lease> UseAsync(ModelVersion version, CancellationToken cancel)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(version.OnnxSha256, out entry))
                _entries.Add(
                    version.OnnxSha256,
                    entry = new Entry(version.OnnxSha256, Task.Run(() => LoadAsync(version), CancellationToken.None))
                );
            entry.Users++;
            entry.LastUsed = ++_clock;
        }

        try
        {
            // The load belongs to all who wait for it: one who leaves does not end it. They go on side by side, each on a thread of its
            // own, and not one after the other on the thread that loaded.
            if (!entry.Loading.IsCompleted)
                await entry.Loading.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return new Lease(this, entry, await entry.Loading);
        }
        catch
        {
            if (entry.Loading.IsFaulted)
                Remove(entry);
            Release(entry);
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var entry in _entries.Values.ToList())
            Remove(entry);
    }

    private async Task<ServedModel> LoadAsync(ModelVersion version)
    {
        var file = new MemoryStream();
        await blobs.CopyOnnxAsync(version, file, CancellationToken.None);
        var onnx = file.ToArray();
        if (Convert.ToHexStringLower(SHA256.HashData(onnx)) != version.OnnxSha256)
            throw new InvalidDataException($"The ONNX file {version.OnnxSha256} is not what was stored.");

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var spec =
            await db.Jobs.Where(job => job.Id == version.JobId).Select(job => job.Spec).SingleOrDefaultAsync(CancellationToken.None)
            ?? throw OnnxFiles.Deleted(version);
        var model = new ServedModel(version, spec, onnx, _queue);
        Trim(version.OnnxSha256, onnx.Length);
        return model;
    }

    /// <summary>Counts the new one in and lets the oldest go; never the new one itself.</summary>
    private void Trim(string hash, long bytes)
    {
        List<Entry> leaving = [];
        lock (_lock)
        {
            if (_entries.TryGetValue(hash, out var added))
                added.Bytes = bytes;
            var total = _entries.Values.Sum(entry => entry.Bytes);
            foreach (
                var entry in _entries
                    .Values.Where(entry => entry.Hash != hash && entry.Bytes > 0)
                    .OrderBy(entry => entry.LastUsed)
                    .TakeWhile(_ => total > _budgetBytes)
            )
            {
                leaving.Add(entry);
                total -= entry.Bytes;
            }
        }

        leaving.ForEach(Remove);
    }

    private void Remove(Entry entry)
    {
        lock (_lock)
        {
            if (entry.Removed)
                return;
            entry.Removed = true;
            _entries.Remove(entry.Hash);
            entry.Users++;
        }

        Release(entry);
    }

    private void Release(Entry entry)
    {
        bool last;
        lock (_lock)
            last = --entry.Users == 0 && entry.Removed;
        if (last && entry.Loading.IsCompletedSuccessfully)
            entry.Loading.Result.Dispose();
    }
}
