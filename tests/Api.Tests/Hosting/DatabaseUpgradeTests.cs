using System.Security.Cryptography;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Tests;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Hosting;

/// <summary>
/// Databases of earlier releases, each a file of <c>Releases</c> that is never changed, brought up to date. A release with new migrations
/// adds a file of its own.
/// </summary>
public sealed class DatabaseUpgradeTests(PostgresDatabase database, UpgradedServer server)
    : IClassFixture<PostgresDatabase>,
        IClassFixture<UpgradedServer>
{
    private const string Job = "01a219d7-04c2-7979-a997-02b76e3640d9";

    /// <summary>Tables that later releases have added.</summary>
    private static readonly string[] LaterTables =
    [
        "sessions", "team_quotas", "audit", "retention", "weights", "job_answers", "job_tallies", "studies", "study_jobs",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_migration_keeps_the_rows_of_every_table_of_release_0_1_0()
    {
        await UpgradedServer.RestoreAsync(database.ConnectionString);
        await using var db = database.Open();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
        var set = typeof(DbContext).GetMethod(nameof(DbContext.Set), [])!;
        foreach (var entity in db.Model.GetEntityTypes().Where(entity => !LaterTables.Contains(entity.GetTableName())))
        {
            var rows = (IQueryable<object>)set.MakeGenericMethod(entity.ClrType).Invoke(db, null)!;
            Assert.True((await rows.AsNoTracking().ToListAsync(Cancel)).Count > 0, $"{entity.GetTableName()} is empty");
        }

        var job = await db.Jobs.SingleAsync(job => job.Id == Guid.Parse(Job), Cancel);
        Assert.Equal((JobState.Succeeded, 2, 3200L), (job.State, job.Attempt, job.Step));
        Assert.Equal([], job.Tags);
        Assert.Equal("""{"zeta":1,"alpha":[2]}""", job.Metadata!.Value.GetRawText());
        // An admin was of every team then, and stays so.
        var keys = await db.ApiKeys.AsNoTracking().ToListAsync(Cancel);
        Assert.Contains(keys, key => key.Scopes.Contains("admin"));
        Assert.All(keys, key => Assert.Equal(key.Scopes.Contains("admin"), key.Scopes.Contains("operator")));
        Assert.Equal("0.1.0", job.Environment!.Value.GetProperty("service").GetString());
    }

    [Fact]
    public async Task A_new_migration_keeps_jobs_and_data_of_release_0_1_0_readable_over_HTTP()
    {
        var job = (await server.Api.GetAsync($"/v1/jobs/{Job}", UpgradedServer.Key)).Json;
        Assert.Equal(("succeeded", 2), (job.GetProperty("state").GetString(), job.GetProperty("attempts").GetArrayLength()));
        foreach (var part in new[] { "events", "metrics", "checkpoints", "concats" })
            Assert.Equal(200, (await server.Api.GetAsync($"/v1/jobs/{Job}/{part}", UpgradedServer.Key)).Status);
        var id = job.GetProperty("architecture_id").GetString();
        var architecture = (await server.Api.GetAsync($"/v1/architectures/{id}", UpgradedServer.Key)).Json;
        Assert.Equal("corners", architecture.GetProperty("spec").GetProperty("name").GetString());
        var points = (await server.Api.GetAsync("/v1/datasets/points", UpgradedServer.Key)).Json;
        Assert.Equal(160, points.GetProperty("train_samples").GetInt32());
    }

    [Fact]
    public async Task A_new_migration_keeps_a_model_of_release_0_1_0_served_as_it_was()
    {
        using var http = server.Api.Client(UpgradedServer.Key);
        var onnx = await http.GetByteArrayAsync("/v1/models/corners/versions/1/onnx", Cancel);
        await using var db = server.Api.Database.Open();
        var version = await db.ModelVersions.SingleAsync(
            version => version.JobId == Guid.Parse(Job) && version.CheckpointStep == null,
            Cancel
        );
        Assert.Equal(version.OnnxSha256, Convert.ToHexStringLower(SHA256.HashData(onnx)));

        var answer = await server.Api.PostAsync(
            "/v2/models/corners/infer",
            """{ "inputs": [{ "name": "x", "shape": [2, 2], "datatype": "FP32", "data": [0.5, 0.5, -0.5, 0.5] }] }""",
            UpgradedServer.Key
        );
        var logits = answer.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetDouble());
        double[] then = [-17.71796, 12.994873, 11.7029295, -10.422526];
        Assert.All(logits.Zip(then), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }
}
