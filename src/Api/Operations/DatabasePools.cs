using System.Diagnostics.Metrics;
using ConcatService.Api.Metering;
using ConcatService.Persistence;

namespace ConcatService.Api.Operations;

/// <summary>
/// Connections to the database in the pools of this process, as Npgsql tells: of requests, and of the queue, which has a pool of its own.
/// </summary>
/// <remarks>Source: https://www.npgsql.org/doc/diagnostics/metrics.html</remarks>
internal sealed class DatabasePools : IDisposable
{
    private const string Count = "db.client.connection.count", Max = "db.client.connection.max";
    private const string Pending = "db.client.connection.npgsql.pending_requests";
    private const string PoolTag = "db.client.connection.pool.name", StateTag = "db.client.connection.state";
    private const string Idle = "idle", Busy = "busy";

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();

    /// <summary>By Npgsql's names. A connection that is in no pool counts as one without a limit.</summary>
    private readonly Dictionary<string, Pool> _pools = [];

    private sealed class Pool
    {
        public long Idle, Busy, Limit, Waiting;
    }

    public DatabasePools()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Npgsql" && instrument.Name is Count or Max or Pending)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    public void Write(PrometheusText text)
    {
        lock (_lock)
        {
            foreach (var pool in _pools.Values)
                (pool.Idle, pool.Busy, pool.Limit) = (0, 0, 0); // observed as a whole; those who wait are counted as they come and go
            _listener.RecordObservableInstruments();
            var pools = _pools
                .Where(each => each.Value.Limit > 0)
                .GroupBy(each => each.Key == PersistenceServices.PoolName ? each.Key : "queue", each => each.Value)
                .Select(each => (Name: each.Key, Pool: Sum(each)))
                .ToList();
            const string Connections = "concat_database_pool_connections";
            text.Family(Connections, "gauge", "Open connections to the database, by pool and state.");
            foreach (var (name, pool) in pools)
            {
                text.Sample(Connections, pool.Idle, ("pool", name), ("state", Idle));
                text.Sample(Connections, pool.Busy, ("pool", name), ("state", Busy));
            }

            Write("concat_database_pool_connections_limit", "Connections that a pool opens at most.", pool => pool.Limit, pools);
            Write("concat_database_pool_waiting", "Calls that wait for a connection of a pool.", pool => pool.Waiting, pools);
        }

        void Write(string family, string help, Func<Pool, long> value, IReadOnlyList<(string Name, Pool Pool)> pools)
        {
            text.Family(family, "gauge", help);
            foreach (var (name, pool) in pools)
                text.Sample(family, value(pool), ("pool", name));
        }
    }

    private static Pool Sum(IEnumerable<Pool> pools)
    {
        var sum = new Pool();
        foreach (var each in pools)
            (sum.Idle, sum.Busy, sum.Limit, sum.Waiting) =
                (sum.Idle + each.Idle, sum.Busy + each.Busy, sum.Limit + each.Limit, sum.Waiting + each.Waiting);
        return sum;
    }

    private void Take(string instrument, int value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (name, isBusy) = ("", false);
        foreach (var (tag, content) in tags)
        {
            if (tag == PoolTag)
                name = content as string ?? "";
            else if (tag == StateTag)
                isBusy = content is "used";
        }

        lock (_lock)
        {
            if (!_pools.TryGetValue(name, out var pool))
                _pools.Add(name, pool = new());
            _ = instrument switch
            {
                Max => pool.Limit += value,
                Pending => pool.Waiting += value,
                _ when isBusy => pool.Busy += value,
                _ => pool.Idle += value,
            };
        }
    }
}
