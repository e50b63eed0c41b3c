using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Jobs;
using ConcatService.Api.Tests.DataSets;
using ConcatService.Api.Tests.Hosting;
using ConcatService.Persistence.Tests;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Storage;

/// <summary>What a full disk does: a 507 for what needs room, nothing for what does not, and nothing is lost.</summary>
public sealed class FullDiskTests(PostgresFixture postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_room_for_temporary_files_an_upload_is_a_507_and_leaves_no_trace()
    {
        using var disk = TinyDisk.Mount(1, "root");
        var api = new ApiServer(postgres) { Settings = new Dictionary<string, string> { ["DataSets:TemporaryFolder"] = disk.Path } };
        await api.InitializeAsync();
        try
        {
            Full(await UploadAsync(api, "large", 1_500_000));
            Assert.Contains("temporary files", (await api.GetAsync("/health/ready", null)).Body, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(disk.Path));
            Assert.Equal(201, (await UploadAsync(api, "small", 1_000)).Status);
            Assert.Equal(["small"], await NamesAsync(api));

            disk.Grow(80);
            Assert.Equal(201, (await UploadAsync(api, "large", 1_500_000)).Status);
            Assert.Equal("""{"status":"ready","lacks":[]}""", (await api.GetAsync("/health/ready", null)).Body);
        }
        finally
        {
            await api.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_room_for_the_database_what_writes_is_a_507_and_the_rest_goes_on()
    {
        using var disk = TinyDisk.Mount(3, "postgres");
        var api = new ApiServer(postgres);
        await api.InitializeAsync();
        try
        {
            // Blobs lie on the tiny disk, so that it is full for them and not for the server's own files, as it would be on any large one.
            var space = $"tiny_{Guid.NewGuid():N}";
            await ExecuteAsync(api, $"create tablespace {space} location '{disk.Path}'");
            await ExecuteAsync(api, $"alter table blob_chunks set tablespace {space}");
            Assert.Equal(201, (await UploadAsync(api, "first", 1_500_000)).Status);
            var job = (await api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetString();

            Full(await UploadAsync(api, "second", 1_900_000));
            Assert.Equal(["first"], await NamesAsync(api));
            var ready = await api.GetAsync("/health/ready", null);
            Assert.Equal((200, "storage.full"), (ready.Status, ready.Json.GetProperty("lacks")[0].GetProperty("code").GetString()));
            Assert.Equal(200, (await api.GetAsync($"/v1/jobs/{job}")).Status);
            Assert.Equal(200, (await api.GetAsync("/v1/datasets/first/pictures/0")).Status);
            Assert.Equal(202, (await api.PostAsync("/v1/jobs", CreateJob.Example)).Status);

            disk.Grow(80);
            Assert.Equal(201, (await UploadAsync(api, "second", 1_900_000)).Status);
            Assert.Equal(["second", "first"], await NamesAsync(api));
            await ExecuteAsync(api, "alter table blob_chunks set tablespace pg_default");
            await ExecuteAsync(api, $"drop tablespace {space}");
        }
        finally
        {
            await api.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_upload_that_is_killed_with_its_process_leaves_no_file()
    {
        var folder = Directory.CreateTempSubdirectory("concat-killed-").FullName;
        await using var database = new PostgresDatabase(postgres);
        await database.InitializeAsync();
        await using var db = database.Open();
        var (key, _) = await KeyMaker.MakeAsync(db, "ours", "test", [Scopes.JobsWrite], null, Cancel);
        using var content = new HalfUpload();
        await using (var api = await ApiProcess.StartAsync(database.ConnectionString, key, ("DataSets__TemporaryFolder", folder)))
        {
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var sent = api.Http.PostAsync("/v1/datasets", content, leave.Token);
            for (var waited = Stopwatch.StartNew(); !Nameless(api.ProcessId, folder).Any();)
            {
                Assert.False(sent.IsCompleted);
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "The upload does not arrive.");
                await Task.Delay(20, Cancel);
            }

            Assert.Empty(Directory.GetFiles(folder));
            await api.KillAsync();
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => sent);
        }

        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder);
    }

    private static void Full(Answer answer)
    {
        Assert.True((answer.Status, answer.Code) == (507, "storage.full"), $"{answer.Status} {answer.Body}");
        Assert.Contains("nothing of this call was kept", answer.Body, StringComparison.Ordinal);
    }

    /// <summary>Files of a folder that a process has open and that have lost their name.</summary>
    private static IEnumerable<string> Nameless(int process, string folder) =>
        Directory
            .EnumerateFiles($"/proc/{process}/fd")
            .Select(each => File.ResolveLinkTarget(each, returnFinalTarget: false)?.FullName ?? "")
            .Where(target => target.StartsWith(folder, StringComparison.Ordinal))
            .Where(target => target.EndsWith(" (deleted)", StringComparison.Ordinal));

    /// <summary>Bytes that do not shrink.</summary>
    private static async Task<Answer> UploadAsync(ApiServer api, string name, int bytes)
    {
        var pictures = new byte[bytes / 100 * 100];
        new Random(bytes).NextBytes(pictures);
        var labels = new long[bytes / 100];
        labels[0] = 1;
        using var form = new MultipartFormDataContent
        {
            { new StringContent(name), "name" },
            {
                new ByteArrayContent(
                    NumpyFiles.Npz(
                        ("x", NumpyFiles.Bytes(pictures, labels.Length, 10, 10)),
                        ("y", NumpyFiles.Longs(labels, labels.Length))
                    )
                ),
                "file",
                "data.npz"
            },
        };
        return await api.SendAsync(HttpMethod.Post, "/v1/datasets", form);
    }

    private static async Task<string[]> NamesAsync(ApiServer api) =>
        [
            .. (await api.GetAsync("/v1/datasets")).Json.GetProperty("data").EnumerateArray()
                .Where(data => data.GetProperty("version").ValueKind != JsonValueKind.Null)
                .Select(data => data.GetProperty("name").GetString()!),
        ];

    private static async Task ExecuteAsync(ApiServer api, string sql)
    {
        await using var command = api.Database.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>A form whose file never ends.</summary>
    private sealed class HalfUpload : HttpContent
    {
        public HalfUpload() => Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancel)
        {
            const string Head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Head + new string('1', 500_000)), cancel);
            await stream.FlushAsync(cancel);
            await Task.Delay(Timeout.Infinite, cancel);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
