using System.IO.Compression;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.DataSets;

/// <summary>What tests of uploads send, and what they look for afterwards.</summary>
public abstract class DataSetTest(ApiServer api)
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Of three samples.</summary>
    protected static byte[] Labels { get; } = NumpyFiles.Longs([0, 1, 0], 3);

    /// <summary>Three of 2x2.</summary>
    protected static byte[] Pictures { get; } = NumpyFiles.Bytes(new byte[12], 3, 2, 2);

    protected ApiServer Api => api;

    /// <param name="files">Parts with a file name.</param>
    /// <param name="fields">Parts without.</param>
    protected Task<Answer> UploadAsync(
        (string Part, string FileName, byte[] Content)[] files,
        params (string Name, string Value)[] fields
    ) => UploadAsync(api.Key, files, fields);

    protected async Task<Answer> UploadAsync(
        string key,
        (string Part, string FileName, byte[] Content)[] files,
        params (string Name, string Value)[] fields
    )
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        foreach (var (part, fileName, content) in files)
            form.Add(new ByteArrayContent(content), part, fileName);
        return await api.SendAsync(HttpMethod.Post, "/v1/datasets", form, key);
    }

    protected Task<Answer> UploadNpzAsync(string name, params (string Name, byte[] Npy)[] arrays) =>
        UploadAsync([("file", "data.npz", NumpyFiles.Npz(arrays))], ("name", name));

    /// <summary>Nothing is left of an upload that is refused.</summary>
    protected async Task RefusedAsync(Answer answer, int status, string code, string words)
    {
        Assert.True((answer.Status, answer.Code) == (status, code), $"{answer.Status} {answer.Body}");
        Assert.Contains(words, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), await RowsAsync());
        Assert.Empty(Directory.GetFiles(api.Temporary));
    }

    /// <summary>How many rows there are of everything that an upload leaves.</summary>
    protected async Task<(int Sets, int Blobs, int Chunks)> RowsAsync()
    {
        await using var db = api.Database.Open();
        return (await db.DataSets.CountAsync(Cancel), await db.Blobs.CountAsync(Cancel), await db.BlobChunks.CountAsync(Cancel));
    }

    /// <summary>Pictures of two pixels and labels 0, 1, 2, 0, …</summary>
    protected static (string Name, byte[] Npy)[] SmallNpz(int train, int test) =>
    [
        ("x_train", NumpyFiles.Bytes([.. Enumerable.Range(0, train * 4).Select(i => (byte)i)], train, 2, 2)),
        ("y_train", NumpyFiles.Longs([.. Enumerable.Range(0, train).Select(i => (long)i % 3)], train)),
        ("x_test", NumpyFiles.Bytes(new byte[test * 4], test, 2, 2)),
        ("y_test", NumpyFiles.Longs([.. Enumerable.Range(0, test).Select(i => (long)i % 3)], test)),
    ];

    protected static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>An IDX file of bytes.</summary>
    protected static byte[] Idx(byte[] values, params int[] shape) =>
        [
            0,
            0,
            8,
            (byte)shape.Length,
            .. shape.SelectMany(size => new byte[] { (byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size }),
            .. values,
        ];

    protected static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>The fields of a side as <c>image 1x28x28</c>, and what <paramref name="more"/> says of them.</summary>
    protected static IEnumerable<string> Listed(Answer answer, string side, string more) =>
        answer
            .Json.GetProperty(side)
            .EnumerateArray()
            .Select(field =>
                string.Join(
                    ' ',
                    field.GetProperty("name").GetString(),
                    string.Join('x', field.GetProperty("shape").EnumerateArray()),
                    more.Length > 0 ? field.GetProperty(more).GetString() : ""
                ).Trim()
            );
}
