using ConcatService.Api.Jobs;
using ConcatService.Persistence.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Jobs;

/// <summary>Jobs that no worker could hold in its memory are refused with the batch that fits.</summary>
public sealed class AdmissionTests(ApiServer api) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private static readonly WorkerIdentity Small = new("small", "machine", 1, "1"), Large = new("large", "machine", 2, "1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WorkerRegistry Workers => api.Services.GetRequiredService<WorkerRegistry>();

    [Fact]
    public async Task Without_a_worker_a_job_is_accepted_and_shows_what_it_will_need()
    {
        var answer = await PostAsync(7000);

        Assert.Equal(202, answer.Status);
        Assert.InRange(answer.Json.GetProperty("predicted_memory_bytes").GetInt64(), 300_000_000, 20_000_000_000);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_the_figures_and_the_largest_batch_that_does()
    {
        await HeartbeatAsync(Small, 400_000_000);
        var refused = await PostAsync(7000);

        Assert.Equal((422, ("/settings/batch_size", "memory_exceeded")), (refused.Status, refused.Fault));
        var memory = refused.Json.GetProperty("memory");
        var (largest, predicted) = (memory.GetProperty("largest_batch_size").GetInt32(), memory.GetProperty("predicted_bytes").GetInt64());
        Assert.True(predicted > memory.GetProperty("available_bytes").GetInt64());
        Assert.Equal(400_000_000, memory.GetProperty("available_bytes").GetInt64());
        Assert.Contains(
            $"the worker has 400 MB. Set batch_size to {largest} or less.",
            refused.Json.GetProperty("detail").GetString(),
            StringComparison.Ordinal
        );
        Assert.InRange(largest, 1, 6999);
        Assert.Equal((202, 422), ((await PostAsync(largest)).Status, (await PostAsync(largest + 1)).Status));
    }

    [Fact]
    public async Task What_does_not_fit_with_one_sample_is_told_so()
    {
        await HeartbeatAsync(Small, 100_000_000);
        var refused = await PostAsync(1);

        Assert.Equal(422, refused.Status);
        Assert.Contains("Not even a batch_size of 1 fits", refused.Body, StringComparison.Ordinal);
        Assert.Equal(0, refused.Json.GetProperty("memory").GetProperty("largest_batch_size").GetInt32());
    }

    [Fact]
    public async Task One_large_worker_is_enough_and_a_small_one_leaves_the_job_to_it()
    {
        await HeartbeatAsync(Small, 400_000_000);
        await HeartbeatAsync(Large, 20_000_000_000);
        var job = (await PostAsync(7000)).Json.GetProperty("id").GetGuid();
        var leases = api.Services.GetRequiredService<JobLeases>();

        Assert.Null(await leases.ClaimAsync(job, Small, 1, Cancel));
        Assert.NotNull(await leases.ClaimAsync(job, Large, 1, Cancel));
    }

    [Fact]
    public async Task A_small_worker_takes_a_large_job_when_there_is_no_other_and_then_says_why_it_cannot()
    {
        var job = (await PostAsync(7000)).Json.GetProperty("id").GetGuid();
        await HeartbeatAsync(Small, 400_000_000);

        Assert.NotNull(await api.Services.GetRequiredService<JobLeases>().ClaimAsync(job, Small, 1, Cancel));
    }

    [Fact]
    public async Task Workers_of_another_device_do_not_count_and_memory_that_is_not_known_refuses_nothing()
    {
        await HeartbeatAsync(Small, 100_000_000);
        Assert.Equal(202, (await PostAsync(7000, "\"device\": \"cuda\", ")).Status);
        await Workers.HeartbeatAsync(Large, new("cuda", null, true), spareReady: true, null, Cancel);
        var either = await PostAsync(7000);
        Assert.Equal(
            (202, System.Text.Json.JsonValueKind.Null),
            (either.Status, either.Json.GetProperty("predicted_memory_bytes").ValueKind)
        );
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await Workers.RemoveAsync([Small.Id, Large.Id], CancellationToken.None);

    private Task HeartbeatAsync(WorkerIdentity worker, long memoryBytes) =>
        Workers.HeartbeatAsync(worker, new("cpu", memoryBytes, false), spareReady: true, null, Cancel);

    private Task<Answer> PostAsync(long batch, string more = "") =>
        api.PostAsync("/v1/jobs", CreateJob.Example.Replace("\"epochs\": 1", $"{more}\"batch_size\": {batch}", StringComparison.Ordinal));
}
