using System.Net.Http.Headers;
using ConcatService.Api.Tests.Images;

namespace ConcatService.Api.Tests.DataSets;

/// <summary>Uploads that are refused: each with a code and words, and nothing of them is kept.</summary>
public sealed class BadUploadTests(ApiServer api) : DataSetTest(api), IClassFixture<ApiServer>
{
    public static TheoryData<string, string, string> Arrays { get; } = new()
    {
        { "objects", "dataset.objects", "never loaded" },
        { "fortran", "dataset.fortran_order", "np.ascontiguousarray(x_train)" },
        { "big_endian", "dataset.dtype", "astype('<f4')" },
        { "text", "dataset.dtype", "x_train" },
        { "record", "dataset.malformed", "header" },
        { "header", "dataset.malformed", "no .npy file" },
        { "short", "dataset.malformed", "ends before the 12 values" },
        { "long", "dataset.malformed", "goes on behind" },
        { "no_values", "dataset.shape", "without a single value" },
        { "nan", "dataset.not_finite", "NaN in sample 2" },
        { "infinite", "dataset.not_finite", "x_train has" },
        { "overflow", "dataset.not_finite", "x_train has" },
        { "empty", "dataset.empty_split", "x_train has no sample" },
        { "no_train", "dataset.empty_split", "nothing to train on" },
        { "counts", "dataset.shape", "x_train has 3 samples and y_train has 2" },
        { "shapes", "dataset.shape", "splits must be of one type and shape" },
        { "missing", "dataset.fields", "y is missing in test" },
        { "negative", "dataset.labels", "a label of -1" },
        { "from_one", "dataset.labels", "subtract 1" },
        { "unseen", "dataset.labels", "no sample of class 5, which y_test has" },
        { "many", "dataset.labels", "Numbers to predict are saved as float32" },
        { "one_class", "dataset.one_class", "nothing to tell apart" },
        { "no_target", "dataset.fields", "none is a target" },
        { "names", "dataset.fields", "no name that an input or output can have" },
    };

    [Theory]
    [MemberData(nameof(Arrays))]
    public async Task Arrays_that_cannot_be_learned_from_are_refused(string what, string code, string words)
    {
        (string, byte[])[] arrays = what switch
        {
            "objects" => [("x_train", NumpyFiles.File("|O", new byte[24], [3])), ("y_train", Labels)],
            "fortran" => [("x_train", NumpyFiles.File("<f4", new byte[24], [3, 2], fortran: true)), ("y_train", Labels)],
            "big_endian" => [("x_train", NumpyFiles.File(">f4", new byte[24], [3, 2])), ("y_train", Labels)],
            "text" => [("x_train", NumpyFiles.File("<U5", new byte[60], [3])), ("y_train", Labels)],
            "record" => [("x_train", NumpyFiles.File("', ('a', '<f4')], 'x': '", new byte[12], [3])), ("y_train", Labels)],
            "header" => [("x_train", [.. "not numpy at all, is it"u8]), ("y_train", Labels)],
            "short" => [("x_train", Pictures[..^1]), ("y_train", Labels)],
            "long" => [("x_train", [.. Pictures, 0]), ("y_train", Labels)],
            "no_values" => [("x_train", NumpyFiles.Bytes([], 3, 0)), ("y_train", Labels)],
            "nan" => [("x_train", NumpyFiles.Floats([1, 2, 3, 4, 5, float.NaN], 3, 2)), ("y_train", Labels)],
            "infinite" => [("x_train", NumpyFiles.Floats([1, float.NegativeInfinity, 3], 3, 1)), ("y_train", Labels)],
            "overflow" => [("x_train", NumpyFiles.Doubles([1, 1e300, 3], 3, 1)), ("y_train", Labels)],
            "empty" => [("x_train", NumpyFiles.Bytes([], 0, 2, 2)), ("y_train", NumpyFiles.Longs([], 0))],
            "no_train" => [("x_test", Pictures), ("y_test", Labels)],
            "counts" => [("x_train", Pictures), ("y_train", NumpyFiles.Longs([0, 1], 2))],
            "shapes" =>
            [
                ("x_train", Pictures),
                ("y_train", Labels),
                ("x_test", NumpyFiles.Bytes(new byte[27], 3, 3, 3)),
                ("y_test", Labels),
            ],
            "missing" => [("x_train", Pictures), ("y_train", Labels), ("x_test", Pictures)],
            "negative" => [("x_train", Pictures), ("y_train", NumpyFiles.Longs([0, -1, 1], 3))],
            "from_one" => [("x_train", Pictures), ("y_train", NumpyFiles.Longs([1, 2, 1], 3))],
            "unseen" => [("x_train", Pictures), ("y_train", Labels), ("x_test", Pictures), ("y_test", NumpyFiles.Longs([0, 1, 5], 3))],
            "many" => [("x_train", Pictures), ("y_train", NumpyFiles.Longs([0, 1, 1_000_000], 3))],
            "one_class" => [("x_train", Pictures), ("y_train", NumpyFiles.Longs([0, 0, 0], 3))],
            "no_target" => [("x_train", Pictures)],
            _ => [("x y_train", Pictures)],
        };

        await RefusedAsync(await UploadNpzAsync("bad", arrays), 422, code, words);
    }

    [Theory]
    [
        InlineData("../evil.npy", "dataset.path"),
        InlineData("/etc/passwd", "dataset.path"),
        InlineData("a\\b.npy", "dataset.path"),
        InlineData("c:/b.npy", "dataset.path"),
        InlineData("a/../../b.npy", "dataset.path")
    ]
    [
        InlineData("a/notes.txt", "dataset.fields"),
        InlineData("a/inner.zip", "dataset.fields"),
        InlineData("a.png", "dataset.fields"),
        InlineData("train/a.png", "dataset.fields"),
        InlineData("cat/a.png", "dataset.picture")
    ]
    public async Task Entries_that_no_data_set_needs_are_refused(string entry, string code) =>
        await RefusedAsync(await UploadAsync([("file", "a.zip", NumpyFiles.Zip((entry, [1, 2, 3])))], ("name", "bad")), 422, code, "'");

    [Fact]
    public async Task A_link_in_an_archive_is_refused()
    {
        var zip = NumpyFiles.Zip(("cat/a.png", [1]));
        var attributes = zip.AsSpan().IndexOf("PK\u0001\u0002"u8) + 38;           // external attributes in the central directory
        BitConverter.TryWriteBytes(zip.AsSpan(attributes), 0xA1FF_0000u);

        await RefusedAsync(await UploadAsync([("file", "a.zip", zip)], ("name", "bad")), 422, "dataset.path", "link");
    }

    [Theory]
    [InlineData(57)]
    [InlineData(99)]
    public async Task An_entry_that_is_packed_in_an_unknown_way_is_refused(byte method)
    {
        foreach (var zip in new[] { NumpyFiles.Zip(("cat/a.png", [1])), NumpyFiles.Npz(SmallNpz(6, 3)) })
        {
            var compression = zip.AsSpan().IndexOf("PK\u0001\u0002"u8) + 10;      // in the central directory
            zip[compression] = method;
            await RefusedAsync(await UploadAsync([("file", "a.zip", zip)], ("name", "bad")), 422, "dataset.malformed", "cannot be read");
        }
    }

    [Fact]
    public async Task A_form_that_was_cut_off_is_a_400()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("bad"), "name" },
            { new ByteArrayContent(NumpyFiles.Npz(SmallNpz(6, 3))), "file", "a.npz" },
        };
        var body = await form.ReadAsByteArrayAsync(Cancel);
        using var half = new ByteArrayContent(body[..(body.Length / 2)]) { Headers = { ContentType = form.Headers.ContentType } };

        await RefusedAsync(await Api.SendAsync(HttpMethod.Post, "/v1/datasets", half), 400, "request.truncated", "cut off");
    }

    [Theory]
    [InlineData("file.npz"), InlineData("images.gz"), InlineData("images.idx")]
    public async Task A_file_that_was_cut_off_is_refused(string file)
    {
        var whole =
            file.EndsWith("npz", StringComparison.Ordinal) ? NumpyFiles.Npz(SmallNpz(60, 30))
            : file.EndsWith("gz", StringComparison.Ordinal) ? Gzip(Idx(new byte[4000], 10, 20, 20))
            : Idx(new byte[4000], 10, 20, 20);

        var answer = await UploadAsync(
            [
                ("images", file, whole[..(whole.Length * 2 / 3)]),
                .. file.EndsWith("npz", StringComparison.Ordinal)
                    ? []
                    : new[] { ("labels", "labels", Idx([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 10)) },
            ],
            ("name", "bad")
        );

        await RefusedAsync(answer, 422, "dataset.malformed", "");
    }

    [Theory]
    [
        InlineData("red.jpg", 12),
        InlineData("red.jpg", 200),
        InlineData("red.jpg", 630),
        InlineData("blue-progressive.jpg", 500),
        InlineData("grey.png", 60),
        InlineData("grey.png", 40)
    ]
    public async Task A_picture_that_was_cut_off_is_refused(string name, int length)
    {
        var whole =
            name == "grey.png"
                ? GrayPng.Of(8, 8, (x, y) => (byte)(x * 31 ^ y * 17))
                : await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "tests/Api.Tests/Images", name), Cancel);
        Assert.True(whole.Length > length);
        await RefusedAsync(
            await UploadAsync([("file", "a.zip", NumpyFiles.Zip(($"a/{name}", whole), ($"b/{name}", whole[..length])))], ("name", "bad")),
            422,
            "dataset.picture",
            $"b/{name}"
        );
    }

    [Theory]
    [InlineData("", "dataset.malformed", "is empty")]
    [InlineData("a,a,y\n1,2,3\n", "dataset.columns", "'a' twice")]
    [InlineData("a,,y\n1,2,3\n", "dataset.columns", "without a name")]
    [InlineData("a,b\n1,2\n", "dataset.columns", "Which column is to be learned?")]
    [InlineData("a,y\n1,2\n1\n", "dataset.malformed", "line 3: 1 cells")]
    [InlineData("a,y\n1,0\n,1\n", "dataset.not_finite", "line 3: the cell of 'a' is empty")]
    [InlineData("a,y\n1,0\nnan,1\n", "dataset.not_finite", "'a' is nan")]
    [InlineData("a,y\n1,0\n1e99,1\n", "dataset.not_finite", "'a' is 1e99")]
    [InlineData("a,y\n1,x\n2,x\n", "dataset.one_class", "nothing to tell apart")]
    [InlineData("a,y\n\"1,0\n", "dataset.malformed", "quoted cell never ends")]
    [InlineData("y\n1\n2\n", "dataset.columns", "no column left")]
    [InlineData("a,y\n", "dataset.empty_split", "has no sample")]
    [InlineData("a,y\n1,x\0\n2,z\n", "dataset.malformed", "line 2: a cell contains the character NUL")]
    [InlineData("a,b\0,y\n1,2,x\n3,4,z\n", "dataset.malformed", "line 1: a cell contains the character NUL")]
    [InlineData("a,y\n1,2\n", "dataset.empty_split", "One sample is not enough")]
    public async Task Tables_that_make_no_sense_are_refused_with_the_line(string csv, string code, string words) =>
        await RefusedAsync(await UploadAsync([("file", "a.csv", Text(csv))], ("name", "bad")), 422, code, words);

    [Theory]
    [InlineData("name", "Bad Name", "'name' must be")]
    [InlineData("name", "two-scale", "every installation has")]
    [InlineData("task", "guessing", "'task' must be")]
    [InlineData("size", "32", "'size' must be")]
    [InlineData("classes", "a,a", "two different names")]
    [InlineData("test_split", "1.5", "'test_split' must be")]
    [InlineData("tagret", "y", "Did you mean 'target'?")]
    [InlineData("description", "a\0b", "'description' must be text without the character NUL")]
    public async Task Fields_of_the_form_are_checked(string field, string value, string words)
    {
        (string, string)[] fields = field == "name" ? [(field, value)] : [("name", "bad"), (field, value)];
        await RefusedAsync(await UploadAsync([("file", "a.npz", NumpyFiles.Npz(SmallNpz(6, 3)))], fields), 422, "dataset.form", words);
    }

    [Theory]
    [InlineData("a,y\n1,cat\n2,dog\n3,cat\n", "dog,cat", "dataset.classes", "the labels of y are texts")]
    [InlineData("a,y\n1,0.5\n2,1.5\n3,2.5\n", "no,yes", "dataset.classes", "y holds numbers to predict")]
    [InlineData("a,y\n1,0\n2,1\n3,0\n", "no,yes,maybe", "dataset.labels", "names 3 classes, and y has 2")]
    public async Task Names_of_classes_that_would_name_nothing_are_refused(string csv, string classes, string code, string words) =>
        await RefusedAsync(await UploadAsync([("file", "a.csv", Text(csv))], ("name", "bad"), ("classes", classes)), 422, code, words);

    [Fact]
    public async Task What_is_no_form_or_has_no_file_or_no_name_is_refused()
    {
        await RefusedAsync(await Api.PostAsync("/v1/datasets", "{}"), 415, "unsupported_media_type", "multipart/form-data");
        await RefusedAsync(await UploadAsync([], ("name", "bad")), 422, "dataset.form", "no file");
        await RefusedAsync(await UploadAsync([("file", "a.npz", NumpyFiles.Npz(SmallNpz(6, 3)))]), 422, "dataset.form", "needs 'name'");
        using var nonsense = new ByteArrayContent([1, 2, 3])
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") },
        };
        await RefusedAsync(await Api.SendAsync(HttpMethod.Post, "/v1/datasets", nonsense), 400, "request.truncated", "cut off");
    }

    [Fact]
    public async Task A_batch_larger_than_the_data_set_is_refused_at_the_job()
    {
        await UploadNpzAsync("tiny", SmallNpz(6, 3));
        const string spec =
            """
            { "inputs": { "image": { "shape": [1, 2, 2] } }, "layers": [ { "type": "flatten" }, { "type": "linear", "out_features": 3 } ] }
            """;
        var answer = await Api.PostAsync(
            "/v1/jobs",
            $$"""{ "architecture": {{spec}}, "dataset": "tiny", "settings": { "batch_size": 7, "export": "last" } }"""
        );
        Assert.Equal((422, ("/settings/batch_size", "spec.out_of_range")), (answer.Status, answer.Fault));
        Assert.Equal(204, (await Api.SendAsync(HttpMethod.Delete, "/v1/datasets/tiny")).Status);
    }
}
