using Npgsql;

namespace ConcatService.Chaos;

/// <summary>Kills, freezes and fills, at random.</summary>
/// <param name="replicas">By name, beside the instance's own processes.</param>
/// <param name="disk">The instance's; null where it cannot be filled.</param>
public sealed class Faults(
    string home,
    NpgsqlDataSource database,
    IReadOnlyDictionary<string, Replica> replicas,
    Disk? disk,
    Random random
)
{
    private static readonly string[] Own = ["api", "worker", "postgres"];

    /// <summary>What was done, in words; null where its victim was not there.</summary>
    public async Task<string?> InflictAsync()
    {
        var victims = Own.Concat(replicas.Keys).Append("trainer").Append("trainer").Append("backend").ToList();
        if (disk is not null)
            victims.Add("disk");
        var victim = victims[random.Next(victims.Count)];
        var (isFrozen, time) = (random.Next(2) == 0, TimeSpan.FromSeconds(0.5 + (6 * random.NextDouble())));
        if (victim == "disk")
        {
            await disk!.FillAsync(time);
            return $"disk full for {time.TotalSeconds:0.0} s";
        }

        if (await FindAsync(victim) is not { Count: > 0 } processes)
            return null;
        if (!isFrozen)
        {
            Signals.Send("KILL", victim == "postgres" ? processes.Take(1) : processes);
            return $"{victim} killed";
        }

        Signals.Send("STOP", processes);
        await Task.Delay(time);
        Signals.Send("CONT", processes);
        return $"{victim} frozen for {time.TotalSeconds:0.0} s";
    }

    private async Task<List<int>> FindAsync(string victim)
    {
        if (replicas.TryGetValue(victim, out var replica))
            return replica.ProcessId is { } id ? [id] : [];
        return victim switch
        {
            "trainer" => await AskAsync("select process_id from job_attempts where ended_at is null order by random() limit 1"),
            // One of the server's own: it ends all others and begins anew.
            "backend" => await AskAsync("select pid from pg_stat_activity where backend_type = 'client backend' order by random() limit 1"),
            "postgres" => ChildOf("postgres") is { } server ? Signals.WithChildren(server) : [],
            _ => ChildOf(victim) is { } process ? [process] : [],
        };
    }

    private int? ChildOf(string name)
    {
        try
        {
            return int.Parse(File.ReadAllText(Path.Combine(home, "run", $"{name}.child")).Split()[0]);
        }
        catch (Exception gone) when (gone is IOException or FormatException)
        {
            return null;
        }
    }

    private async Task<List<int>> AskAsync(string sql)
    {
        try
        {
            await using var command = database.CreateCommand(sql);
            return await command.ExecuteScalarAsync() is int process && File.Exists($"/proc/{process}/stat") ? [process] : [];
        }
        catch (NpgsqlException)
        {
            return [];
        }
    }
}
