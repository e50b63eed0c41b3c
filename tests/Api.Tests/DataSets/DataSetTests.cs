using System.Text.Json;
using ConcatService.Api.Architectures;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using StbImageSharp;

namespace ConcatService.Api.Tests.DataSets;

/// <summary>Data sets that were sent: what is kept of them, and what can be done with them then.</summary>
public sealed class DataSetTests(ApiServer api) : DataSetTest(api), IClassFixture<ApiServer>
{
    [Fact]
    public async Task An_npz_is_kept_with_shapes_classes_counts_statistics_and_pictures()
    {
        var answer = await UploadNpzAsync("small", SmallNpz(6, 3));

        Assert.Equal((201, "/v1/datasets/small@1"), (answer.Status, answer.Headers["Location"]));
        var data = (await Api.GetAsync("/v1/datasets/small")).Json;
        Assert.Equal("""{"name":"x","shape":[1,2,2],"dtype":"uint8"}""", data.GetProperty("inputs")[0].GetRawText());
        Assert.Equal(
            """{"name":"y","task":"classification","shape":[],"classes":["0","1","2"]}""",
            data.GetProperty("targets")[0].GetRawText()
        );
        Assert.Equal(
            (6, 0, 3),
            (
                data.GetProperty("train_samples").GetInt32(),
                data.GetProperty("validation_samples").GetInt32(),
                data.GetProperty("test_samples").GetInt32()
            )
        );
        Assert.Equal("""{"0":2,"1":2,"2":2}""", data.GetProperty("statistics").GetProperty("y").GetProperty("classes").GetRawText());
        Assert.Equal((0, 23, 11.5), Range(data, "x"));
        Assert.Equal(6, data.GetProperty("pictures").GetArrayLength());

        using var client = Api.Client(Api.Key);
        var picture = ImageResult.FromMemory(
            await client.GetByteArrayAsync(data.GetProperty("pictures")[2].GetString(), Cancel),
            ColorComponents.Grey
        );
        Assert.Equal((2, 2, "8 9 10 11"), (picture.Width, picture.Height, string.Join(' ', picture.Data)));
    }

    [Fact]
    public async Task Stored_bytes_are_the_splits_in_order_each_field_in_turn()
    {
        var answer = await UploadNpzAsync(
            "bytes",
            ("a_train", NumpyFiles.Doubles([1, 2, 3, 4], 2, 2)),
            ("y_train", NumpyFiles.Longs([0, 1], 2)),
            ("a_test", NumpyFiles.Doubles([5, 6], 1, 2)),
            ("y_test", NumpyFiles.Longs([1], 1))
        );

        Assert.Equal(201, answer.Status);
        using var bytes = new MemoryStream();
        Assert.True(
            await Api
                .Services.GetRequiredService<BlobStore>()
                .CopyToAsync(Api.TeamId(), answer.Json.GetProperty("sha256").GetString()!, bytes, Cancel)
        );
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()));
        Assert.Equal([1f, 2, 3, 4], Enumerable.Range(0, 4).Select(_ => reader.ReadSingle()));
        Assert.Equal([0L, 1], Enumerable.Range(0, 2).Select(_ => reader.ReadInt64()));
        Assert.Equal([5f, 6], Enumerable.Range(0, 2).Select(_ => reader.ReadSingle()));
        Assert.Equal(1, reader.ReadInt64());
        Assert.Equal(bytes.Length, reader.BaseStream.Position);
    }

    [Fact]
    public async Task The_same_content_is_the_same_version_and_another_is_the_next()
    {
        Assert.Equal(201, (await UploadNpzAsync("versions", SmallNpz(6, 3))).Status);
        var again = await UploadNpzAsync("versions", SmallNpz(6, 3));
        Assert.Equal((200, 1), (again.Status, again.Json.GetProperty("version").GetInt32()));
        Assert.Equal(2, (await UploadNpzAsync("versions", SmallNpz(9, 3))).Json.GetProperty("version").GetInt32());
        Assert.Equal(9, (await Api.GetAsync("/v1/datasets/versions")).Json.GetProperty("train_samples").GetInt32());
        Assert.Equal(6, (await Api.GetAsync("/v1/datasets/versions@1")).Json.GetProperty("train_samples").GetInt32());
        Assert.Equal(
            ["versions@2", "versions@1"],
            (await Api.GetAsync("/v1/datasets"))
                .Json.GetProperty("data")
                .EnumerateArray()
                .Select(data => data.GetProperty("reference").GetString()!)
                .Where(name => name.StartsWith("versions", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Fields_named_after_inputs_and_outputs_are_what_the_network_makes_them()
    {
        var answer = await UploadNpzAsync(
            "named",
            ("photo_train", NumpyFiles.Bytes(new byte[4 * 9], 4, 3, 3)),
            ("facts_train", NumpyFiles.Floats([1, 2, 3, 4], 4, 1)),
            ("shape_train", NumpyFiles.Bytes([0, 1, 2, 1, 0, 1, 2, 1, 2, .. new byte[27]], 4, 3, 3)),
            ("tags_train", NumpyFiles.Booleans([true, false, false, true, true, true, false, false], 4, 2)),
            ("price_train", NumpyFiles.Floats([1, 2, 3, 5], 4))
        );

        Assert.Equal(201, answer.Status);
        // one of four is kept for the test
        Assert.Equal((4 - 1, 1), (answer.Json.GetProperty("train_samples").GetInt32(), answer.Json.GetProperty("test_samples").GetInt32()));
        Assert.Equal(["photo 1x3x3", "facts 1", "shape 1x3x3", "tags 2"], Listed(answer, "inputs", ""));
        Assert.Equal(
            ["facts 1 regression", "shape 3x3 segmentation", "tags 2 multilabel", "price 1 regression"],
            Listed(answer, "targets", "task").Where(target => !target.StartsWith("photo", StringComparison.Ordinal))
        );
        var spec = """
            { "inputs": { "photo": { "shape": [1, 3, 3] }, "facts": { "shape": [1] } }, "outputs": ["shape", "price"], "layers": [
                { "name": "shape", "type": "conv2d", "inputs": ["photo"], "out_channels": 3, "kernel_size": 3, "padding": "same" },
                  { "name": "price", "type": "linear", "inputs": ["facts"], "out_features": 1 } ] }
            """;
        var job = await Api.PostAsync(
            "/v1/jobs",
            $$"""{ "architecture": {{spec}}, "dataset": "named", "settings": { "batch_size": 2, "validation_split": 0.3 } }"""
        );
        Assert.Equal(422, job.Status); // the last third of three samples is none, so nothing could choose the best weights
        Assert.Equal("/settings/validation_split", job.Fault.Pointer);
        Assert.Equal(
            202,
            (
                await Api.PostAsync(
                    "/v1/jobs",
                    $$"""{ "architecture": {{spec}}, "dataset": "named", "settings": { "batch_size": 2, "export": "last" } }"""
                )
            ).Status
        );
    }

    [Fact]
    public async Task Data_sets_of_every_installation_show_a_few_pictures_too()
    {
        var listed = (await Api.GetAsync("/v1/datasets"))
            .Json.GetProperty("data")
            .EnumerateArray()
            .Where(data => data.GetProperty("version").ValueKind == JsonValueKind.Null)
            .ToDictionary(data => data.GetProperty("name").GetString()!, data => data.GetProperty("pictures").GetArrayLength());
        Assert.Equal(
            ["fashion-mnist 8", "reversal 0", "segments 8", "shapes-rgb 8", "tabular 0", "two-scale 8", "two-view 8", "volumes 0"],
            listed.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key} {each.Value}")
        );

        using var client = Api.Client(Api.Key);
        var picture = ImageResult.FromMemory(
            await client.GetByteArrayAsync("/v1/datasets/shapes-rgb/pictures/7", Cancel),
            ColorComponents.RedGreenBlue
        );
        Assert.Equal((32, 32), (picture.Width, picture.Height));
        Assert.True(picture.Data.Distinct().Count() > 20);
        foreach (
            var absent in new[] { "shapes-rgb/pictures/24", "two-scale@7/pictures/0", "tabular/pictures/0", "shapes-rgb-64/pictures/0" }
        )
            Assert.Equal(404, (await Api.GetAsync($"/v1/datasets/{absent}")).Status);
        Assert.Equal(0, (await Api.GetAsync("/v1/datasets/two-scale@7")).Json.GetProperty("pictures").GetArrayLength());
    }

    [Fact]
    public async Task Samples_of_each_class_are_named_with_their_pictures()
    {
        await UploadNpzAsync("by-class", SmallNpz(30, 3));
        var answer = (await Api.GetAsync("/v1/datasets/by-class/samples?per_class=2")).Json;
        Assert.Equal("y", answer.GetProperty("target").GetString());
        Assert.Equal(
            ["0: 0 3", "1: 1 4", "2: 2 5"],
            answer
                .GetProperty("classes")
                .EnumerateArray()
                .Select(each => (Class: each.GetProperty("class").GetString(), Numbers: Samples(each).Select(sample => sample.Number)))
                .Select(each => $"{each.Class}: {string.Join(' ', each.Numbers)}")
        );
        using var client = Api.Client(Api.Key);
        var last = Samples((await Api.GetAsync("/v1/datasets/by-class/samples?per_class=16")).Json.GetProperty("classes")[2]).Last();
        Assert.Equal((29, "/v1/datasets/by-class@1/pictures/29"), last);
        var picture = ImageResult.FromMemory(await client.GetByteArrayAsync(last.Picture, Cancel), ColorComponents.Grey);
        Assert.Equal([116, 117, 118, 119], picture.Data);                                       // 29 · 4, as SmallNpz writes them

        foreach (var name in new[] { "fashion-mnist", "two-scale", "two-view", "shapes-rgb" })
        {
            var known = (await Api.GetAsync($"/v1/datasets/{name}/samples")).Json.GetProperty("classes").EnumerateArray().ToList();
            Assert.All(known, each => Assert.InRange(Samples(each).Count, 1, 4));
            Assert.Equal(200, (await Api.GetAsync(Samples(known[^1])[0].Picture)).Status);
        }

        foreach (var name in new[] { "segments", "tabular" })
            Assert.Equal("""{"target":null,"classes":[]}""", (await Api.GetAsync($"/v1/datasets/{name}/samples")).Body);
        Assert.Equal("request.out_of_range", (await Api.GetAsync("/v1/datasets/two-scale/samples?per_class=17")).Code);
        Assert.Equal(404, (await Api.GetAsync("/v1/datasets/nothing/samples")).Status);

        static List<(long Number, string Picture)> Samples(JsonElement ofClass) =>
            [
                .. ofClass
                    .GetProperty("samples")
                    .EnumerateArray()
                    .Select(each => (each.GetProperty("number").GetInt64(), each.GetProperty("picture").GetString()!)),
            ];
    }

    [Fact]
    public async Task A_job_names_a_version_and_keeps_it_from_being_deleted_until_it_ends()
    {
        await UploadNpzAsync("used", SmallNpz(6, 3));
        const string spec =
            """
            { "inputs": { "image": { "shape": [1, 2, 2] } }, "layers": [ { "type": "flatten" }, { "type": "linear", "out_features": 3 } ] }
            """;
        var job = (
            await Api.PostAsync(
                "/v1/jobs",
                $$"""{ "architecture": {{spec}}, "dataset": "used", "settings": { "batch_size": 2, "export": "last" } }"""
            )
        ).Json;
        Assert.Equal("used@1", job.GetProperty("dataset").GetString());

        foreach (var name in new[] { "used", "used@1" })
            Assert.Equal(
                (409, "dataset.in_use"),
                await Api.SendAsync(HttpMethod.Delete, $"/v1/datasets/{name}") is var refused ? (refused.Status, refused.Code) : default
            );
        await Api.SendAsync(HttpMethod.Post, $"/v1/jobs/{job.GetProperty("id").GetString()}/cancel");
        Assert.Equal(204, (await Api.SendAsync(HttpMethod.Delete, "/v1/datasets/used")).Status);
        Assert.Equal(404, (await Api.GetAsync("/v1/datasets/used")).Status);
    }

    [Fact]
    public async Task Deleting_takes_the_bytes_unless_another_name_has_them()
    {
        await UploadNpzAsync("first", SmallNpz(12, 3));
        await UploadNpzAsync("second", SmallNpz(12, 3));
        var before = await RowsAsync();
        Assert.Equal(204, (await Api.SendAsync(HttpMethod.Delete, "/v1/datasets/first")).Status);
        Assert.Equal((before.Sets - 1, before.Blobs, before.Chunks), await RowsAsync());
        Assert.Equal(204, (await Api.SendAsync(HttpMethod.Delete, "/v1/datasets/second@1")).Status);
        Assert.Equal((before.Sets - 2, before.Blobs - 1, before.Chunks - 1), await RowsAsync());
        Assert.Equal(
            (409, "dataset.built_in"),
            await Api.SendAsync(HttpMethod.Delete, "/v1/datasets/two-scale") is var refused ? (refused.Status, refused.Code) : default
        );
    }

    [Fact]
    public async Task Another_teams_data_set_is_a_404_and_cannot_be_trained_on()
    {
        await UploadNpzAsync("ours-alone", SmallNpz(6, 3));
        foreach (var (method, path) in new[] { ("GET", ""), ("DELETE", ""), ("GET", "/pictures/0"), ("GET", "/samples") })
            Assert.Equal(404, (await Api.SendAsync(new HttpMethod(method), $"/v1/datasets/ours-alone{path}", key: Api.ForeignKey)).Status);
        var job = await Api.PostAsync(
            "/v1/jobs",
            $$"""{ "architecture": {{Examples.Valid}}, "dataset": "ours-alone" }""",
            Api.ForeignKey
        );
        Assert.Equal(("/dataset", "unknown_dataset"), job.Fault);
        Assert.DoesNotContain("ours-alone, ", job.Body, StringComparison.Ordinal);
        await using var db = Api.Database.Open();
        Assert.True(await db.DataSets.AnyAsync(data => data.Name == "ours-alone", Cancel));
    }

    private static (double, double, double) Range(JsonElement data, string field) =>
        data.GetProperty("statistics").GetProperty(field) is var known
            ? (known.GetProperty("minimum").GetDouble(), known.GetProperty("maximum").GetDouble(), known.GetProperty("mean").GetDouble())
            : default;
}
