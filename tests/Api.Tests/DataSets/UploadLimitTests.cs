namespace ConcatService.Api.Tests.DataSets;

/// <summary>Uploads that are larger than they may be, or say that they are: nothing of them is kept.</summary>
public sealed class UploadLimitTests(ApiServer api) : DataSetTest(api), IClassFixture<ApiServer>
{
    [Theory]
    [InlineData(2_000_000_000, 2), InlineData(3, 2_000_000_000, 2_000_000_000, 2_000_000_000), InlineData(1, 100_000_000, 1, 3)]
    public async Task A_header_that_announces_more_than_anybody_has_is_a_413(params int[] shape) =>
        await RefusedAsync(
            await UploadNpzAsync("bad", ("x_train", NumpyFiles.File("|u1", new byte[12], shape)), ("y_train", Labels)),
            413,
            "dataset.too_large",
            "x_train announces"
        );

    [Fact]
    public async Task An_IDX_file_that_announces_more_than_anybody_has_is_a_413() =>
        await RefusedAsync(
            await UploadAsync([("images", "a.idx", Idx(new byte[8], int.MaxValue, int.MaxValue, int.MaxValue))], ("name", "bad")),
            413,
            "dataset.too_large",
            "announces"
        );

    [Fact]
    public async Task An_archive_of_more_arrays_than_fields_is_a_413() =>
        await RefusedAsync(
            await UploadNpzAsync("bad", [.. Enumerable.Range(0, 300).Select(i => ($"a{i}", Pictures))]),
            413,
            "dataset.too_large",
            "256 arrays"
        );

    [Fact]
    public async Task A_zip_bomb_is_refused_while_it_unpacks() =>
        await RefusedAsync(
            await UploadNpzAsync("bad", ("x_train", NumpyFiles.Bytes(new byte[30_000_000], 3, 10_000_000)), ("y_train", Labels)),
            422,
            "dataset.bomb",
            "100 times"
        );

    [Fact]
    public async Task What_unpacks_to_more_than_the_limit_is_refused()
    {
        var noise = new byte[1_000_000];
        new Random(1).NextBytes(noise); // so that the ratio is allowed
        await RefusedAsync(
            await UploadAsync(
                [
                    (
                        "file",
                        "a.npz",
                        NumpyFiles.Npz(
                            ("x_train", NumpyFiles.Bytes([.. noise, .. new byte[44_000_000]], 3, 15_000_000)),
                            ("y_train", Labels)
                        )
                    ),
                ],
                ("name", "bad")
            ),
            413,
            "dataset.too_large",
            "40000000 bytes"
        );
    }

    [Fact]
    public async Task An_upload_over_the_limit_is_a_413_with_and_without_an_announced_length()
    {
        var noise = new byte[3_000_000];
        new Random(1).NextBytes(noise);
        await RefusedAsync(await UploadAsync([("file", "a.csv", noise)], ("name", "bad")), 413, "dataset.too_large", "2000000 bytes");

        using var form = new MultipartFormDataContent
        {
            { new StringContent("bad"), "name" },
            { new ByteArrayContent(noise), "file", "a.csv" },
        };
        using var unannounced = new StreamContent(await form.ReadAsStreamAsync(Cancel))
        {
            Headers = { ContentType = form.Headers.ContentType },
        };
        await RefusedAsync(
            await Api.SendAsync(HttpMethod.Post, "/v1/datasets", unannounced, headers: ("Transfer-Encoding", "chunked")),
            413,
            "dataset.too_large",
            "2000000 bytes"
        );
    }
}
