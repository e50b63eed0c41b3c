using System.Security.Cryptography;
using ConcatService.Persistence.Storage;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Storage;

public sealed class BlobTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512 * 1024)]
    [InlineData(512 * 1024 + 1)]
    [InlineData(3_000_000)]
    public async Task A_blob_comes_back_as_it_was_stored(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var blobs = bench.Get<BlobStore>();
        var stored = await blobs.PutAsync(bench.TeamId, new MemoryStream(bytes), Cancel);
        Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(bytes)), length), (stored.Sha256, (int)stored.LengthBytes));

        using var back = new MemoryStream();
        Assert.True(await blobs.CopyToAsync(bench.TeamId, stored.Sha256, back, Cancel));
        Assert.Equal(bytes, back.ToArray());
    }

    [Fact]
    public async Task An_open_blob_is_whole_also_when_it_is_deleted_meanwhile()
    {
        var bytes = new byte[3_000_000];
        new Random(4).NextBytes(bytes);
        var blobs = bench.Get<BlobStore>();
        var stored = await blobs.PutAsync(bench.TeamId, new MemoryStream(bytes), Cancel);
        await using (var blob = await blobs.OpenAsync(bench.TeamId, stored.Sha256, Cancel))
        {
            Assert.Equal(bytes.Length, blob!.LengthBytes);
            await using var db = bench.Open();
            Assert.Equal(1, await db.Blobs.Where(row => row.Sha256 == stored.Sha256).ExecuteDeleteAsync(Cancel));
            using var back = new MemoryStream();
            await blob.CopyToAsync(back, Cancel);
            Assert.Equal(bytes, back.ToArray());
        }

        Assert.Null(await blobs.OpenAsync(bench.TeamId, stored.Sha256, Cancel));
    }

    [Fact]
    public async Task The_same_bytes_are_kept_once_per_team_and_unseen_by_others()
    {
        var blobs = bench.Get<BlobStore>();
        var stored = await blobs.PutAsync(bench.TeamId, new MemoryStream([1, 2, 3]), Cancel);
        Assert.Equal(stored, await blobs.PutAsync(bench.TeamId, new MemoryStream([1, 2, 3]), Cancel));
        await using var db = bench.Open();
        var blob = await db.Blobs.SingleAsync(row => row.Sha256 == stored.Sha256, Cancel);
        Assert.Equal(1, await db.BlobChunks.CountAsync(chunk => chunk.BlobId == blob.Id, Cancel));
        Assert.Equal(await db.Blobs.CountAsync(Cancel), await db.BlobChunks.Select(chunk => chunk.BlobId).Distinct().CountAsync(Cancel)
            + await db.Blobs.CountAsync(row => row.LengthBytes == 0, Cancel));
        Assert.False(await blobs.CopyToAsync(bench.TeamId + 1, stored.Sha256, Stream.Null, Cancel));
    }
}
