using System.Net.Http.Headers;
using ConcatService.Api.Tests.Images;
using ConcatService.Persistence.Tests;

namespace ConcatService.Api.Tests.Inference;

public sealed class InferenceTests(InferenceTests.Models models) : IClassFixture<InferenceTests.Models>
{
    private const string Infer = "/v2/models/small/infer";
    private static readonly double Sum = Math.Exp(1.0) / (Math.Exp(1.0) + Math.Exp(0.5) + Math.Exp(1.0));

    private readonly ApiServer _api = models.Api;

    /// <summary>A server with four models in its registry.</summary>
    public sealed class Models(PostgresFixture postgres) : IAsyncLifetime
    {
        public ApiServer Api { get; } = new(postgres);

        public async ValueTask InitializeAsync()
        {
            await Api.InitializeAsync();
            await SmallModels.PublishAsync(Api, "small", SmallModels.Linear());
            await SmallModels.PublishAsync(Api, "small-last", SmallModels.Linear("channels_last"));
            foreach (var ending in new[] { "softmax", "log_softmax" })
                await SmallModels.PublishAsync(
                    Api,
                    ending.Replace('_', '-'),
                    SmallModels.Linear(ending: $$""", { "type": "{{ending}}" }""")
                );
        }

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }

    [Theory]
    [InlineData("[0.5, 0.25, 0.25, 0]")]
    [InlineData("[[[[0.5, 0.25], [0.25, 0]]]]")]
    public async Task Tensors_nested_or_flat_are_computed(string data)
    {
        var answer = await _api.PostAsync(
            Infer,
            $$"""{ "id": "7", "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": {{data}} } ] }"""
        );
        Assert.Equal(
            """{"model_name":"small","model_version":"1","id":"7","outputs":["""
                + """{"name":"scores","datatype":"FP32","shape":[1,3],"data":[1,0.5,1]}]}""",
            answer.Body
        );
    }

    [Theory]
    [InlineData("""{ }""")]
    [InlineData("""{ "inputs": [] }""")]
    [InlineData("""{ "inputs": [ 3 ] }""")]
    [InlineData("""{ "inputs": [ { "name": "imag", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0, 0, 0, 0] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP64", "data": [0, 0, 0, 0] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [1, 1, 2, 3], "datatype": "FP32", "data": [0, 0, 0, 0, 0, 0] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [0, 1, 2, 2], "datatype": "FP32", "data": [] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [-1, 1, 2, 2], "datatype": "FP32", "data": [0, 0, 0, 0] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [9223372036854775807, 1, 2, 2], "datatype": "FP32", "data": [0] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0, 0, 0] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0, 0, 0, "x"] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0, 0, 0, 1e99] } ] }""")]
    [InlineData(
        """
        { "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0, 0, 0, 0] } ],
          "outputs": [ { "name": "x" } ] }
        """
    )]
    public async Task A_faulty_request_is_a_400_whose_error_says_where(string json)
    {
        var answer = await _api.PostAsync(Infer, json);
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(
            "/inputs",
            answer.Json.GetProperty("error").GetString()!.Replace("/outputs", "/inputs"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_server_and_its_models_describe_themselves()
    {
        Assert.Equal(200, (await _api.GetAsync("/v2/health/live", key: null)).Status);
        Assert.Equal(200, (await _api.GetAsync("/v2/health/ready", key: null)).Status);
        Assert.Equal("concat-service", (await _api.GetAsync("/v2")).Json.GetProperty("name").GetString());
        Assert.True((await _api.GetAsync("/v2/models/small/versions/1/ready")).Json.GetProperty("ready").GetBoolean());
        Assert.Equal(
            """{"name":"small","versions":["1"],"platform":"onnx_onnxv1","inputs":["""
                + """{"name":"image","datatype":"FP32","shape":[-1,1,2,2]}],"outputs":["""
                + """{"name":"scores","datatype":"FP32","shape":[-1,3]}]}""",
            (await _api.GetAsync("/v2/models/small")).Body);
    }

    [Fact]
    public async Task A_model_that_is_not_there_or_another_teams_is_a_404_with_an_error()
    {
        foreach (
            var path in new[] { "/v2/models/none", "/v2/models/none/ready", "/v2/models/small/versions/2", "/v2/models/small/versions/x" }
        )
            Assert.NotEqual("", (await _api.GetAsync(path)) is { Status: 404 } answer ? answer.Json.GetProperty("error").GetString() : "");
        Assert.Equal(404, (await _api.GetAsync("/v2/models/small", _api.ForeignKey)).Status);
        Assert.Equal(404, (await _api.PostAsync(Infer, "{}", _api.ForeignKey)).Status);
        Assert.Equal(404, (await _api.PostAsync("/v1/models/small/predict", "{}", _api.ForeignKey)).Status);
        Assert.Equal(404, (await _api.GetAsync("/v1/models/small/onnx", _api.ForeignKey)).Status);
    }

    [Theory]
    [InlineData("small")]
    [InlineData("small-last")]
    [InlineData("softmax")]
    [InlineData("log-softmax")]
    public async Task Rows_get_labels_with_probabilities_wherever_the_softmax_is(string model)
    {
        var answer = (
            await _api.PostAsync($"/v1/models/{model}/predict", """{ "instances": [ [0.5, 0.25, 0.25, 0], [1, 1, 1, 1] ] }""")
        ).Json;
        Assert.Equal("1", answer.GetProperty("model_version").GetString());
        Assert.True(answer.GetProperty("milliseconds").GetDouble() >= 0);
        var (first, second) = (answer.GetProperty("predictions")[0], answer.GetProperty("predictions")[1]);
        Assert.Equal(Sum, first.GetProperty("probabilities").GetProperty("sum").GetDouble(), 1e-6);
        Assert.Equal("sum", second.GetProperty("label").GetString());
        Assert.Equal(second.GetProperty("probability").GetDouble(), second.GetProperty("probabilities").GetProperty("sum").GetDouble());
    }

    [Theory]
    [InlineData("small", 2)]
    [InlineData("small", 8)]
    [InlineData("small-last", 2)]
    public async Task A_picture_is_made_grey_resized_and_put_in_the_models_order(string model, int side)
    {
        // Left half white, right half black. From eight pixels to two the triangle reaches beyond the middle: 3 of its 3.5 parts are white.
        var answer = await PictureAsync(model, GrayPng.Of(side, side, (x, _) => (byte)(x < side / 2 ? 255 : 0)));
        var probabilities = answer.Json.GetProperty("predictions")[0].GetProperty("probabilities");
        var (sum, first) = (Math.Exp(2), Math.Exp(side == 2 ? 1 : 3 / 3.5));
        Assert.Equal(sum / (sum + first + Math.E), probabilities.GetProperty("sum").GetDouble(), 1e-6);
        Assert.Equal(first / (sum + first + Math.E), probabilities.GetProperty("first").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task What_is_no_picture_is_a_400()
    {
        Assert.Equal("predict.picture", (await PictureAsync("small", [1, 2, 3])).Code);
        Assert.Equal("predict.picture", (await PictureAsync("small", GrayPng.Of(2, 2, (_, _) => 0)[..40])).Code);
        // the decoder alone never ends
        Assert.Equal("predict.picture", (await PictureAsync("small", [0xFF, 0xD8, 0xFF, 0xE0, 0x10, 0])).Code);
        Assert.Equal("predict.picture_too_large", (await PictureAsync("small", GrayPng.Of(20_000, 1_000, (_, _) => 0))).Code);
        Assert.Equal("predict.instances", (await _api.PostAsync("/v1/models/small/predict", "{}")).Code);
        Assert.Equal("inference.element_count", (await _api.PostAsync("/v1/models/small/predict", """{ "instances": [[1]] }""")).Code);
    }

    [Fact]
    public async Task The_registry_lists_describes_and_hands_out_the_file()
    {
        Assert.Contains(
            ("small", "1"),
            (await _api.GetAsync("/v1/models"))
                .Json.GetProperty("data")
                .EnumerateArray()
                .Select(row => (row.GetProperty("name").GetString(), row.GetProperty("latest_version").GetString()))
        );
        var card = (await _api.GetAsync("/v1/models/small/versions/1")).Json;
        var file = await _api.GetAsync("/v1/models/small/versions/1/onnx");
        Assert.Equal($"\"{card.GetProperty("onnx_sha256").GetString()}\"", file.Headers["ETag"]);
        Assert.Contains("small-1.onnx", file.Headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.Equal(1, (await _api.GetAsync("/v1/models/small")).Json.GetProperty("versions").GetArrayLength());
    }

    [Fact]
    public async Task Many_callers_at_once_get_their_own_answers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 32).Select(async i =>
        {
            var answer = await _api.PostAsync(
                Infer,
                $$"""{ "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [{{i}}, 0, 0, 0] } ] }"""
            );
            return answer.Json.GetProperty("outputs")[0].GetProperty("data")[0].GetInt32();
        }));
        Assert.Equal(Enumerable.Range(1, 32), answers);
    }

    private Task<Answer> PictureAsync(string model, byte[] file) =>
        _api.SendAsync(
            HttpMethod.Post,
            $"/v1/models/{model}/predict",
            new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } }
        );
}
