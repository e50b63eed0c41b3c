using ConcatService.Api.Tests.Images;
using ConcatService.Persistence.Storage;
using Microsoft.Extensions.DependencyInjection;
using StbImageSharp;

namespace ConcatService.Api.Tests.DataSets;

/// <summary>What each format of an upload comes to: IDX files, tables, and archives of pictures.</summary>
public sealed class UploadFormatTests(ApiServer api) : DataSetTest(api), IClassFixture<ApiServer>
{
    [Fact]
    public async Task Pictures_with_their_channels_last_are_turned()
    {
        var answer = await UploadNpzAsync(
            "turned",
            ("x", NumpyFiles.Bytes([.. Enumerable.Range(0, 2 * 5 * 5 * 3).Select(i => (byte)i)], 2, 5, 5, 3)),
            ("y", NumpyFiles.Longs([0, 1], 2))
        );

        Assert.Equal(["x 3x5x5"], Listed(answer, "inputs", ""));
        var first = (
            await Api
                .Services.GetRequiredService<BlobStore>()
                .ReadAsync(Api.TeamId(), answer.Json.GetProperty("sha256").GetString()!, 0, 26, Cancel)
        )!;
        Assert.Equal([0, 3, 6], first[..3].Select(value => value % 75)); // the first channel of the first places, of either sample
    }

    [Fact]
    public async Task Four_IDX_files_as_MNIST_names_them_are_pictures_and_labels_in_two_splits()
    {
        var answer = await UploadAsync(
        [
                ("a", "train-images-idx3-ubyte.gz", Gzip(Idx(new byte[4 * 6], 4, 2, 3))),
                ("b", "train-labels-idx1-ubyte.gz", Gzip(Idx([0, 1, 1, 0], 4))),
                ("c", "t10k-images-idx3-ubyte", Idx(new byte[2 * 6], 2, 2, 3)),
                ("d", "t10k-labels-idx1-ubyte", Idx([1, 0], 2)),
            ],
            ("name", "idx"),
            ("classes", "cat, dog")
        );

        Assert.Equal(
            (201, 4, 2),
            (answer.Status, answer.Json.GetProperty("train_samples").GetInt32(), answer.Json.GetProperty("test_samples").GetInt32())
        );
        Assert.Equal(["image 1x2x3"], Listed(answer, "inputs", ""));
        Assert.Equal("""["cat","dog"]""", answer.Json.GetProperty("targets")[0].GetProperty("classes").GetRawText());
    }

    [Fact]
    public async Task A_file_that_packs_well_is_no_bomb_beside_others_that_do_not()
    {
        var noise = new byte[1_000_000];
        new Random(1).NextBytes(noise);
        var labels = Enumerable.Range(0, 18).Select(i => (byte)(i % 2)).ToArray();

        var answer = await UploadAsync(
            [
                ("images_train", "a.gz", Gzip(Idx(new byte[18_000_000], 18, 1_000_000))),
                ("labels_train", "b", Idx(labels, 18)),
                ("images_test", "c", Idx(noise, 1, 1_000_000)),
                ("labels_test", "d", Idx([1], 1)),
            ],
            ("name", "packed")
        );

        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task A_table_gives_numbers_categories_and_a_class()
    {
        const string train = "height;color;species\n1.5;red;\"a; b\"\n2;\"blue\";c\r\n\n3;red;c\n",
            test = "height;color;species\n4;green;c\n";

        var answer = await UploadAsync(
            [("train", "a.csv", Text(train)), ("test", "b.csv", Text(test))],
            ("name", "table"),
            ("target", "species")
        );

        Assert.Equal(
            (201, 3, 1),
            (answer.Status, answer.Json.GetProperty("train_samples").GetInt32(), answer.Json.GetProperty("test_samples").GetInt32())
        );
        Assert.Equal(["x 4"], Listed(answer, "inputs", "")); // height; blue, green, red
        Assert.Equal("""["a; b","c"]""", answer.Json.GetProperty("targets")[0].GetProperty("classes").GetRawText());
        using var bytes = new MemoryStream();
        await Api
            .Services.GetRequiredService<BlobStore>()
            .CopyToAsync(Api.TeamId(), answer.Json.GetProperty("sha256").GetString()!, bytes, Cancel);
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()));
        Assert.Equal([1.5f, 0, 0, 1, 2, 1, 0, 0, 3, 0, 0, 1], Enumerable.Range(0, 12).Select(_ => reader.ReadSingle()));
    }

    [Theory]
    [InlineData("", "classification"), InlineData("regression", "regression")]
    public async Task A_target_of_few_whole_numbers_is_a_class_unless_the_form_says_otherwise(string task, string expected)
    {
        var rows = string.Concat(Enumerable.Range(0, 20).Select(i => $"{i},{i % 3}\n"));
        (string, string)[] fields = task.Length > 0 ? [("name", $"numbers-{expected}"), ("task", task)] : [("name", $"numbers-{expected}")];

        var answer = await UploadAsync([("file", "a.csv", Text("a,y\n" + rows))], fields);

        Assert.Equal(
            (expected, 16),
            (answer.Json.GetProperty("targets")[0].GetProperty("task").GetString(), answer.Json.GetProperty("train_samples").GetInt32())
        );
    }

    [Theory]
    [InlineData(""), InlineData("4x4")]
    public async Task A_zip_of_class_folders_is_pictures_of_one_size(string size)
    {
        var png = GrayPng.Of(2, 2, (x, y) => (byte)(100 * x));
        (string, string)[] fields = size.Length > 0 ? [("name", "folders-resized"), ("size", size)] : [("name", "folders")];

        var answer = await UploadAsync(
            [
                (
                    "file",
                    "a.zip",
                    NumpyFiles.Zip(
                        ("train/cat/1.png", png),
                        ("train/cat/2.png", png),
                        ("train/dog/1.PNG", png),
                        ("test/dog/9.png", png),
                        ("__MACOSX/train/._cat", [1]),
                        ("train/.DS_Store", [1])
                    )
                ),
            ],
            fields
        );

        Assert.Equal(
            (201, 3, 1),
            (answer.Status, answer.Json.GetProperty("train_samples").GetInt32(), answer.Json.GetProperty("test_samples").GetInt32())
        );
        Assert.Equal([size.Length > 0 ? "image 1x4x4" : "image 1x2x2"], Listed(answer, "inputs", ""));
        Assert.Equal("""["cat","dog"]""", answer.Json.GetProperty("targets")[0].GetProperty("classes").GetRawText());
    }

    [Fact]
    public async Task A_zip_of_class_folders_takes_JPEG_baseline_and_progressive()
    {
        var answer = await UploadAsync(
            [
                (
                    "file",
                    "a.zip",
                    NumpyFiles.Zip(
                        ("train/red/1.jpg", Jpeg("red")),
                        ("train/blue/1.JPEG", Jpeg("blue-progressive")),
                        ("test/red/2.jpg", Jpeg("red"))
                    )
                ),
            ],
            ("name", "jpegs")
        );

        Assert.Equal((201, 2), (answer.Status, answer.Json.GetProperty("train_samples").GetInt32()));
        Assert.Equal(["image 3x8x8"], Listed(answer, "inputs", ""));
        Assert.Equal("""["blue","red"]""", answer.Json.GetProperty("targets")[0].GetProperty("classes").GetRawText());
        using var client = Api.Client(Api.Key);
        var colors = new HashSet<string>();
        foreach (var address in answer.Json.GetProperty("pictures").EnumerateArray())
        {
            var pixel = ImageResult
                .FromMemory(await client.GetByteArrayAsync(address.GetString(), Cancel), ColorComponents.RedGreenBlue)
                .Data[..3];
            Assert.InRange(pixel.Max(), 195, 215);
            colors.Add(pixel[0] > pixel[2] ? "red" : "blue");
        }

        Assert.Equal(2, colors.Count);
    }

    private static byte[] Jpeg(string name) => File.ReadAllBytes(Path.Combine(Repository.Root, "tests/Api.Tests/Images", $"{name}.jpg"));
}
