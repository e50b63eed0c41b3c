using System.Text.Json;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Server and model, health and metadata (Open Inference Protocol, HTTP/REST).</summary>
[Collection(nameof(ProtocolServer))]
public sealed class RestServerCases(ProtocolServer server)
{
    [Theory]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    public async Task Health_is_a_200_without_a_key(string path)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(server.Url + path, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("version")]
    public async Task The_server_says(string field) =>
        Assert.NotEqual("", (await server.GetAsync("/v2")).Json.GetProperty(field).GetString());

    [Theory]
    [InlineData("binary_tensor_data")]
    [InlineData("statistics")]
    [InlineData("model_configuration")]
    [InlineData("model_repository")]
    public async Task The_server_has_the_extension(string extension) =>
        Assert.Contains(
            extension,
            (await server.GetAsync("/v2")).Json.GetProperty("extensions").EnumerateArray().Select(each => each.GetString())
        );

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_model_has_its_name(string path)
    {
        server.Need("echo-fp32");
        Assert.Equal("echo-fp32", (await server.GetAsync(path)).Json.GetProperty("name").GetString());
    }

    public static TheoryData<string> Paths =>
        [
            .. from version in new[] { "", "/versions/1" }
            from end in new[] { "", "/ready", "/config" }
            select $"/v2/models/echo-fp32{version}{end}",
        ];

    [Theory]
    [InlineData("/v2/models/echo-fp32/ready")]
    [InlineData("/v2/models/echo-fp32/versions/1/ready")]
    public async Task A_model_that_can_be_asked_is_ready(string path)
    {
        server.Need("echo-fp32");
        Assert.Equal(200, (await server.GetAsync(path)).Status);
    }

    [Theory]
    [MemberData(nameof(RestTypeCases.Types), MemberType = typeof(RestTypeCases))]
    public async Task Metadata_names_datatype_and_shape(string type)
    {
        var model = $"echo-{type.ToLowerInvariant()}";
        server.Need(model);
        var json = (await server.GetAsync($"/v2/models/{model}")).Json;
        Assert.Equal("1", json.GetProperty("versions")[0].GetString());
        Assert.NotEqual("", json.GetProperty("platform").GetString());
        foreach (var (list, name) in new[] { ("inputs", "x"), ("outputs", "y") })
        {
            var tensor = Assert.Single(json.GetProperty(list).EnumerateArray());
            Assert.Equal((name, type), (tensor.GetProperty("name").GetString(), tensor.GetProperty("datatype").GetString()));
            Assert.Equal([-1, 3], tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
        }
    }

    [Fact]
    public async Task Metadata_lists_all_tensors_in_the_models_order()
    {
        server.Need("pair");
        var json = (await server.GetAsync("/v2/models/pair")).Json;
        Assert.Equal(
            ["flags", "numbers"],
            json.GetProperty("inputs").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString())
        );
        Assert.Equal(
            ["flags_out", "numbers_out"],
            json.GetProperty("outputs").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString())
        );
    }

    [Theory]
    [InlineData("GET", "/v2/models/no-such-model")]
    [InlineData("GET", "/v2/models/no-such-model/ready")]
    [InlineData("GET", "/v2/models/no-such-model/config")]
    [InlineData("GET", "/v2/models/no-such-model/stats")]
    [InlineData("GET", "/v2/models/no-such-model/versions/1")]
    [InlineData("POST", "/v2/models/no-such-model/infer")]
    [InlineData("GET", "/v2/models/echo-fp32/versions/99")]
    [InlineData("GET", "/v2/models/echo-fp32/versions/99/ready")]
    [InlineData("GET", "/v2/models/echo-fp32/versions/99/config")]
    [InlineData("POST", "/v2/models/echo-fp32/versions/99/infer")]
    [InlineData("GET", "/v2/models/ECHO-FP32")]
    [InlineData("GET", "/v2/models/echo-fp32/no-such-call")]
    public async Task What_is_not_there_is_an_error_with_a_message(string method, string path)
    {
        var answer = await server.SendAsync(new HttpMethod(method), path, method == "POST" ? "{}"u8.ToArray() : null);
        Assert.InRange(answer.Status, 400, 404);
        Assert.NotEqual("", answer.Json.GetProperty("error").GetString());
        Assert.True(!server.IsOurs || answer.Status == 404);
    }

    [Theory]
    [InlineData("/v2/models/echo%2Dfp32")]
    [InlineData("/v2/models/%65cho-fp32")]
    [InlineData("/v2/models/echo-fp32/versions/%31")]
    public async Task Names_and_versions_may_be_percent_encoded(string path)
    {
        server.Need("echo-fp32");
        Assert.Equal("echo-fp32", (await server.GetAsync(path)).Json.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("max_batch_size")]
    [InlineData("input")]
    [InlineData("output")]
    [InlineData("platform")]
    [InlineData("backend")]
    public async Task Configuration_has(string field)
    {
        server.Need("echo-fp32");
        Assert.True((await server.GetAsync("/v2/models/echo-fp32/config")).Json.TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Configuration_leaves_out_the_batch_where_there_is_one()
    {
        server.Need("echo-fp32");
        var config = (await server.GetAsync("/v2/models/echo-fp32/config")).Json;
        var dims = config.GetProperty("input")[0].GetProperty("dims").GetArrayLength();
        Assert.Equal(config.GetProperty("max_batch_size").GetInt32() > 0 ? 1 : 2, dims);
        Assert.Equal("TYPE_FP32", config.GetProperty("input")[0].GetProperty("data_type").GetString());
    }

    [Theory]
    [InlineData("/v2/models/echo-fp32/stats")]
    [InlineData("/v2/models/echo-fp32/versions/1/stats")]
    public async Task Statistics_count_requests_and_samples(string path)
    {
        server.Need("echo-fp32");
        async Task<(long Samples, long Requests, long Runs)> CountAsync()
        {
            var model = (await server.GetAsync(path)).Json.GetProperty("model_stats")[0];
            Assert.Equal(("echo-fp32", "1"), (model.GetProperty("name").GetString(), model.GetProperty("version").GetString()));
            return (
                model.GetProperty("inference_count").GetInt64(),
                model.GetProperty("inference_stats").GetProperty("success").GetProperty("count").GetInt64(),
                model.GetProperty("execution_count").GetInt64()
            );
        }

        var before = await CountAsync();
        await server.PostAsync(
            "/v2/models/echo-fp32/infer",
            """{ "inputs": [ { "name": "x", "shape": [2, 3], "datatype": "FP32", "data": [1, 2, 3, 4, 5, 6] } ] }"""
        );
        Assert.Equal((before.Samples + 2, before.Requests + 1, before.Runs + 1), await CountAsync());
    }

    [Theory]
    [InlineData("queue")]
    [InlineData("compute_input")]
    [InlineData("compute_infer")]
    [InlineData("compute_output")]
    [InlineData("fail")]
    public async Task Statistics_split_the_time(string stage)
    {
        server.Need("echo-fp32");
        var stats = (await server.GetAsync("/v2/models/echo-fp32/stats"))
            .Json.GetProperty("model_stats")[0]
            .GetProperty("inference_stats")
            .GetProperty(stage);
        Assert.True(stats.GetProperty("count").GetInt64() >= 0 && stats.GetProperty("ns").GetInt64() >= 0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{ "ready": true }""")]
    public async Task The_index_lists_models_with_version_and_state(string? body)
    {
        server.Need("echo-fp32");
        var entry = (await server.PostAsync("/v2/repository/index", body))
            .Json.EnumerateArray()
            .First(each => each.GetProperty("name").GetString() == "echo-fp32");
        Assert.Equal(("1", "READY"), (entry.GetProperty("version").GetString(), entry.GetProperty("state").GetString()));
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/models/echo-fp32")]
    [InlineData("/v2/models/echo-fp32/config")]
    public async Task Answers_are_JSON(string path)
    {
        server.Need("echo-fp32");
        var answer = await server.GetAsync(path);
        Assert.StartsWith("application/json", answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, answer.Json.ValueKind);
    }
}
