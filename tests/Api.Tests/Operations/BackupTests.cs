using System.Diagnostics;
using ConcatService.Api.Jobs;
using ConcatService.Api.Tests.Access;
using ConcatService.Api.Tests.Hosting;
using ConcatService.Api.Tests.Inference;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcatService.Api.Tests.Operations;

/// <summary>The backup and the restore of docs/operations.md, command by command.</summary>
public sealed class BackupTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Infer = """
        { "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0.1, 0.2, 0.3, 0.4] } ] }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_dumped_comes_back_in_every_row_and_serves_the_same_answers()
    {
        var job = await TrainedJobAsync();
        Assert.Equal(201, (await api.SendAsync(HttpMethod.Post, "/v1/datasets", OwnedObjects.DataSet("kept"))).Status);
        await SmallModels.PublishAsync(api, "small", SmallModels.Linear());
        string[] reads =
        [
            $"/v1/jobs/{job}",
            $"/v1/jobs/{job}/metrics",
            $"/v1/jobs/{job}/events",
            $"/v1/jobs/{job}/architecture",
            "/v1/datasets/kept",
            "/v1/datasets/kept/pictures/0",
            "/v1/models/small",
            "/v1/models/small/versions/1/onnx",
        ];
        var answers = await AnswersAsync(reads, path => api.GetAsync(path));
        var inferred = (await api.PostAsync("/v2/models/small/infer", Infer)).Json.GetProperty("outputs").GetRawText();
        var before = await DigestsAsync(api.Database.ConnectionString);

        var file = Path.GetTempFileName();
        var restored = new NpgsqlConnectionStringBuilder(api.Database.ConnectionString) { Database = $"restored_{Guid.NewGuid():N}" };
        try
        {
            await RunAsync("pg_dump", ["--format=custom", $"--file={file}", .. To(api.Database.ConnectionString)]);
            await ExecuteAsync($"create database {restored.Database} template template0");
            await RunAsync("pg_restore", ["--exit-on-error", "--no-owner", .. To(restored.ConnectionString), file]);
            Assert.Equal(before, await DigestsAsync(restored.ConnectionString));

            await using var process = await ApiProcess.StartAsync(restored.ConnectionString, api.Key);
            Assert.Equal(answers, await AnswersAsync(reads, async path => await Answer.OfAsync(await process.Http.GetAsync(path, Cancel))));
            using var body = new StringContent(Infer, null, "application/json");
            var again = await Answer.OfAsync(await process.Http.PostAsync("/v2/models/small/infer", body, Cancel));
            Assert.Equal(inferred, again.Json.GetProperty("outputs").GetRawText());
        }
        finally
        {
            File.Delete(file);
            await ExecuteAsync($"drop database if exists {restored.Database} with (force)");
        }
    }

    private async Task<Guid> TrainedJobAsync()
    {
        var id = (await api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetGuid();
        var fence = (
            await api.Services.GetRequiredService<JobLeases>().ClaimAsync(id, new("somewhere", "machine", 4711, "1"), 1, Cancel)
        )!.Value;
        var points = Enumerable.Range(0, 1000).Select(step => new MetricPoint("train_loss", step, Math.Exp(-step / 300.0)));
        await api.Services.GetRequiredService<MetricWriter>().WriteAsync(fence, [.. points], Cancel);
        var checkpoints = new Checkpoints(api.Services.GetRequiredService<NpgsqlDataSource>(), fence);
        await checkpoints.AddAsync(1000, 1, new MemoryStream([.. Enumerable.Range(0, 2_000_000).Select(i => (byte)(i * i))]), Cancel);
        return id;
    }

    private static async Task<Dictionary<string, string>> AnswersAsync(string[] paths, Func<string, Task<Answer>> get)
    {
        var answers = new Dictionary<string, string>();
        foreach (var path in paths)
        {
            var answer = await get(path);
            Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Body}");
            answers[path] = answer.Body;
        }

        return answers;
    }

    /// <summary>By table: how many rows, and a hash over all of them. Not of what Hangfire's servers note of themselves.</summary>
    private static async Task<Dictionary<string, string>> DigestsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        var tables = new List<string>();
        await using (
            var list = source.CreateCommand(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'hangfire')"
            )
        )
        await using (var reader = await list.ExecuteReaderAsync(Cancel))
        {
            while (await reader.ReadAsync(Cancel))
                tables.Add(reader.GetString(0));
        }

        Assert.True(tables.Count > 20);
        var digests = new Dictionary<string, string>();
        foreach (var table in tables)
        {
            await using var hash = source.CreateCommand(
                $"select count(*) || ' ' || coalesce(md5(string_agg(md5(row::text), '' order by md5(row::text))), '') from {table} row"
            );
            digests[table] = (string)(await hash.ExecuteScalarAsync(Cancel))!;
        }

        return digests;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = api.Database.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static string[] To(string database)
    {
        var to = new NpgsqlConnectionStringBuilder(database);
        return [$"--host={to.Host}", $"--port={to.Port}", $"--username={to.Username}", $"--dbname={to.Database}"];
    }

    private static async Task RunAsync(string tool, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(PostgresTool(tool), arguments) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, $"{tool} ended with {process.ExitCode}: {said}");
    }

    private static string PostgresTool(string tool) =>
        Directory
            .GetDirectories("/usr/lib/postgresql")
            .OrderBy(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin", tool))
            .Last(File.Exists);
}
