using System.Diagnostics;
using ConcatService.Persistence.Tests;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace ConcatService.Persistence.Tests;

/// <summary>
/// A private PostgreSQL for this run: made in a temporary folder, reached through a socket in it, gone at the end. One template database
/// holds the migrated schema; every test class gets a copy of it (<see cref="PostgresDatabase"/>). With <c>ConnectionStrings__Postgres</c>
/// in the environment that server is used instead and left as it was.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly string _run = $"concat_test_{Guid.NewGuid():N}"[..20];
    private int _databases;
    private string? _folder;
    private string _server = "";

    public async ValueTask InitializeAsync()
    {
        _server = Environment.GetEnvironmentVariable("ConnectionStrings__Postgres") ?? await StartClusterAsync();
        await ExecuteAsync($"create database {_run}");
        // a pooled connection would keep the template in use
        await Schema.ApplyAsync(ConnectionTo(_run) + ";Pooling=false", CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is null)
        {
            await ExecuteAsync($"drop database {_run} with (force)");
            return;
        }
        await RunAsync("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A new database with the whole schema and nothing in it. Returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"{_run}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"create database {name} template {_run}");
        return ConnectionTo(name);
    }

    public Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"drop database {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");

    private string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder(_server) { Database = database }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> StartClusterAsync()
    {
        _folder = Directory.CreateTempSubdirectory("concat-test-").FullName;
        if (Environment.IsPrivilegedProcess)
            await RunProgramAsync("chown", "postgres", _folder);        // the server refuses to run as root
        await RunAsync("initdb", "-D", $"{_folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        var settings =
            $"-k {_folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200";
        await RunAsync("pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "-o", settings, "start");
        return $"Host={_folder};Username=postgres;Database=postgres;Maximum Pool Size=60";
    }

    private static Task RunAsync(string tool, params string[] arguments)
    {
        var path = Path.Combine(NewestTools(), tool);
        return Environment.IsPrivilegedProcess
            ? RunProgramAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunProgramAsync(path, arguments);
    }

    private static string NewestTools() =>
        Directory
            .GetDirectories("/usr/lib/postgresql")
            .OrderBy(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Last() + "/bin";

    /// <summary>Output goes nowhere: the server inherits it, and a pipe would keep us waiting for the server's end.</summary>
    private static async Task RunProgramAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = "/" }
        )!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
