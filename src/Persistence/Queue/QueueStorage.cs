using System.Runtime.CompilerServices;
using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

namespace ConcatService.Persistence.Queue;

/// <summary>Hangfire as the doorbell: the settings that hours-long jobs need, for whoever rings and whoever answers.</summary>
public static class QueueStorage
{
    /// <summary>How long the server of a worker waits for its job at a shutdown: time for a checkpoint.</summary>
    public static TimeSpan Shutdown { get; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// No retries: what happens to a lost job is decided by its row. Nothing else either: the default filters write the caller's culture
    /// with every job.
    /// </summary>
    public static IJobFilterProvider Filters { get; } = new JobFilterCollection { new AutomaticRetryAttribute { Attempts = 0 } };

    /// <summary>A storage of its own, never the static <c>JobStorage.Current</c>, which two hosts in one process would share.</summary>
    /// <exception cref="InvalidOperationException">The options did not arrive in the storage.</exception>
    public static JobStorage Create(string connectionString)
    {
        var options = Options();
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(connectionString, options), options);
        AssertInForce(OptionsOf(storage));
        return storage;
    }

    private static PostgreSqlStorageOptions Options() => new()
    {
        // an entry in work is refreshed; the default hands every job of over 30 min to a second worker
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = TimeSpan.FromMinutes(2),
        EnableLongPolling = true,                               // LISTEN/NOTIFY: picked up in 8 ms instead of after half the poll interval
        QueuePollInterval = TimeSpan.FromSeconds(2),
        PrepareSchemaIfNecessary = false,                       // Schema.ApplyAsync does
    };

    /// <summary>Given to the connection factory alone, the options would silently not apply to the storage.</summary>
    private static void AssertInForce(PostgreSqlStorageOptions found)
    {
        var wanted = Options();
        var differing = typeof(PostgreSqlStorageOptions).GetProperties()
            .FirstOrDefault(property => !Equals(property.GetValue(found), property.GetValue(wanted)));
        if (differing is not null)
            throw new InvalidOperationException(
                $"Hangfire's storage runs with {differing.Name} = {differing.GetValue(found)} instead of {differing.GetValue(wanted)}: "
                    + "give the options to the storage itself."
            );
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Options")]
    private static extern PostgreSqlStorageOptions OptionsOf(PostgreSqlStorage storage);
}
