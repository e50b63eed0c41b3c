using System.Diagnostics;
using System.Globalization;
using ConcatService.Api.Tests.Inference.Protocol;
using ConcatService.Persistence.Tests;
using Npgsql;

namespace ConcatService.Api.Tests.Database;

/// <summary>A PostgreSQL of the test's own, whose processes can be stopped where they stand.</summary>
internal sealed class FrozenDatabase : IAsyncDisposable
{
    private readonly PostgresFixture _postgres = new();
    private int _postmaster;

    public ApiServer Api { get; private set; } = null!;

    public static async Task<FrozenDatabase> StartAsync()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("ConnectionStrings__Postgres") is null,
            "The server of ConnectionStrings__Postgres may not be frozen: others use it."
        );
        var database = new FrozenDatabase();
        await database._postgres.InitializeAsync();
        database.Api = new(database._postgres) { Port = ProtocolServer.FreePorts() };
        await database.Api.InitializeAsync();
        database.Api.Client(null).Dispose();                                // starts it
        await using var connection = new NpgsqlConnection(database.Api.Database.ConnectionString);
        await connection.OpenAsync();
        database._postmaster = ParentOf(connection.ProcessID);
        return database;
    }

    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        await ThawAsync();
        await Api.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    /// <summary>The first of them starts the others, so that none is missed.</summary>
    private async Task SignalAsync(string signal)
    {
        await KillAsync(signal, [_postmaster]);
        await KillAsync(signal, [.. Processes().Where(id => ParentOf(id) == _postmaster)]);
    }

    private static async Task KillAsync(string signal, int[] processes)
    {
        using var kill = Process.Start("kill", [signal, .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        await kill.WaitForExitAsync();
    }

    private static IEnumerable<int> Processes() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);

    /// <summary>0 where it has ended.</summary>
    private static int ParentOf(int process)
    {
        try
        {
            // proc_pid_stat(5): id, (name), state, parent; a name may hold blanks and brackets.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ')[2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
