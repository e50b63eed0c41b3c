using System.Text.Json;
using ConcatService.Persistence.Storage;
using ConcatService.Persistence.Tests.Jobs;

namespace ConcatService.Persistence.Tests.Storage;

public sealed class DataSetStoreTests(JobBench bench) : IClassFixture<JobBench>
{
    [Fact]
    public async Task The_same_bytes_kept_and_forgotten_by_many_at_once_end_whole_or_gone()
    {
        var (store, nothing) = (bench.Get<DataSetStore>(), JsonDocument.Parse("{}").RootElement);
        var cancel = TestContext.Current.CancellationToken;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 120),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel },
            async (turn, stop) =>
            {
                var name = $"set-{turn % 4}";
                if (turn % 3 == 0)
                    await DeleteAsync(name, stop);
                else
                    await store.AddAsync(bench.TeamId, name, nothing, nothing, new MemoryStream([1, 2, 3]), stop);
            }
        );
        for (var i = 0; i < 4; i++)
            await DeleteAsync($"set-{i}", cancel);
        await using var db = bench.Open();
        Assert.Empty(db.DataSets);
        Assert.Empty(db.Blobs.Where(blob => blob.LengthBytes == 3));
    }

    private async Task DeleteAsync(string name, CancellationToken cancel)
    {
        await using var db = bench.Open();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await DataSetStore.DeleteAsync(db, bench.TeamId, name, version: null, cancel);
        await transaction.CommitAsync(cancel);
    }
}
