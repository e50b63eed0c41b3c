using System.Text.Json;
using ConcatService.Api.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Models;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcatService.Api.Tests.Jobs;

/// <summary>Checkpoints that shall be served, from the request to the version. What a worker computes is put in by hand.</summary>
public sealed class CheckpointExportTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private CheckpointExports Exports => api.Services.GetRequiredService<CheckpointExports>();

    [Fact]
    public async Task A_checkpoint_of_a_running_job_becomes_a_version_of_a_model_beside_the_jobs_own()
    {
        var (id, checkpoints) = await RunningAsync();
        await checkpoints.AddAsync(10, 1, Bytes(10), Cancel);
        var asked = await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/10/export");
        Assert.Equal((202, "queued"), (asked.Status, State(asked)));
        Assert.Equal("queued", State(await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/10/export")));

        await checkpoints.AddAsync(20, 1, Bytes(20), Cancel);
        await checkpoints.AddAsync(30, 1, Bytes(30), Cancel);                           // the job has let go of step 10
        await using (var taken = (await Exports.ClaimAsync(Cancel))!)
        {
            Assert.Null(await Exports.ClaimAsync(Cancel));                               // held: nobody else gets it
            using var kept = new MemoryStream();
            Assert.True(await api.Services.GetRequiredService<BlobStore>().CopyToAsync(api.TeamId(), taken.Export.Sha256, kept, Cancel));
            Assert.Equal(10, kept.Length);
            Assert.Equal(1, await taken.SucceedAsync(await VersionAsync(), Cancel));
        }

        var wish = (await api.GetAsync($"/v1/jobs/{id}/checkpoints/10/export")).Json;
        var model = wish.GetProperty("model").GetProperty("name").GetString();
        Assert.Equal(
            ("succeeded", "1"),
            (wish.GetProperty("state").GetString(), wish.GetProperty("model").GetProperty("version").GetString())
        );
        Assert.EndsWith("-checkpoints", model, StringComparison.Ordinal);
        Assert.Equal(10, (await api.GetAsync($"/v1/models/{model}/versions/1")).Json.GetProperty("checkpoint_step").GetInt64());
        Assert.Equal(JsonValueKind.Null, (await api.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("model").ValueKind);
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/10/export")).Status);
        await using var db = api.Database.Open();
        Assert.False(await db.Blobs.AnyAsync(blob => blob.LengthBytes == 10, Cancel));
    }

    [Fact]
    public async Task What_a_dead_worker_held_is_there_for_the_next_and_fails_after_three_of_them_until_it_is_asked_for_again()
    {
        var (id, checkpoints) = await RunningAsync();
        await checkpoints.AddAsync(11, 1, Bytes(11), Cancel);
        await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/11/export");
        for (var attempt = 1; attempt <= 3; attempt++)
            await (await Exports.ClaimAsync(Cancel))!.DisposeAsync();
        Assert.Null(await Exports.ClaimAsync(Cancel));
        var failed = await api.GetAsync($"/v1/jobs/{id}/checkpoints/11/export");
        Assert.Equal("failed", State(failed));
        Assert.Contains("3 attempts", failed.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("queued", State(await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/11/export")));
        await using var taken = (await Exports.ClaimAsync(Cancel))!;
        await taken.FailAsync("as asked", Cancel);
    }

    [Fact]
    public async Task Checkpoints_that_are_not_there_or_not_ours_are_not_found()
    {
        var (id, checkpoints) = await RunningAsync();
        await checkpoints.AddAsync(12, 1, Bytes(12), Cancel);
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/13/export")).Status);
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/12/export", null, api.ForeignKey)).Status);
        Assert.Equal(404, (await api.GetAsync($"/v1/jobs/{id}/checkpoints/12/export")).Status);
    }

    private static string? State(Answer answer) => answer.Json.GetProperty("state").GetString();

    private static MemoryStream Bytes(int length) => new([.. Enumerable.Repeat((byte)length, length)]);

    private async Task<(string Id, Checkpoints Checkpoints)> RunningAsync()
    {
        var id = (await api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetString()!;
        var fence = (
            await api.Services.GetRequiredService<JobLeases>().ClaimAsync(Guid.Parse(id), new("somewhere", "machine", 4711, "1"), 1, Cancel)
        )!.Value;
        return (id, new(api.Services.GetRequiredService<NpgsqlDataSource>(), fence));
    }

    private async Task<NewModelVersion> VersionAsync()
    {
        var onnx = await api.Services.GetRequiredService<BlobStore>().PutAsync(api.TeamId(), new MemoryStream([7]), Cancel);
        return new(onnx.Sha256, "00", "[]", "[]", null, "{}", "{}");
    }
}
