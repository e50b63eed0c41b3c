using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Models;
using ConcatService.Persistence.Storage;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Models;

public sealed class ModelRegistryTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_that_finish_at_once_get_versions_without_gaps()
    {
        var fences = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => FinalizingAsync()));
        var model = await ModelAsync();
        var versions = await Task.WhenAll(
            fences.Select(fence => bench.Get<ModelRegistry>().PublishAsync(fence, model, "{\"test_accuracy\":0.9}", "test", Cancel))
        );
        Assert.Equal(Enumerable.Range(versions.Min(), 8), versions.Order());
        var job = await bench.ReadAsync(fences[0].JobId);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(0.9, job.Result!.Value.GetProperty("test_accuracy").GetDouble());
    }

    [Fact]
    public async Task The_number_of_a_version_that_is_gone_is_not_given_again()
    {
        Task<int> PublishAsync(JobFence fence, NewModelVersion model) =>
            bench.Get<ModelRegistry>().PublishAsync(fence, model, "{}", "test", Cancel);

        var model = await ModelAsync();
        await PublishAsync(await FinalizingAsync(), model);
        var gone = await PublishAsync(await FinalizingAsync(), model);
        await using var db = bench.Open();
        var row = await db.ModelVersions.AsNoTracking().OrderByDescending(version => version.Version).FirstAsync(Cancel);
        Assert.Equal(gone, row.Version);
        await using (var transaction = await db.Database.BeginTransactionAsync(Cancel))
        {
            await ModelRemoval.RemoveAsync(db, [row], Cancel);
            await transaction.CommitAsync(Cancel);
        }

        Assert.False(await db.ModelVersions.AnyAsync(version => version.Version == gone, Cancel));
        Assert.True(await db.Blobs.AnyAsync(blob => blob.Sha256 == model.OnnxSha256, Cancel)); // others have the same file
        Assert.Equal(gone + 1, await PublishAsync(await FinalizingAsync(), model));
    }

    [Fact]
    public async Task A_job_that_was_asked_to_stop_leaves_no_version()
    {
        var fence = await FinalizingAsync();
        await bench.CancelAsync(fence.JobId);
        var model = await ModelAsync();
        await Assert.ThrowsAsync<StaleFenceException>(() => bench.Get<ModelRegistry>().PublishAsync(fence, model, "{}", "test", Cancel));
        await using var db = bench.Open();
        Assert.False(await db.ModelVersions.AnyAsync(version => version.JobId == fence.JobId, Cancel));
    }

    private async Task<JobFence> FinalizingAsync()
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, JobState.Running, JobState.Finalizing);
        return fence;
    }

    private async Task<NewModelVersion> ModelAsync()
    {
        var onnx = await bench.Get<BlobStore>().PutAsync(bench.TeamId, new MemoryStream([7]), Cancel);
        return new NewModelVersion(onnx.Sha256, "00", "[]", "[]", null, "{}", "{}");
    }
}
