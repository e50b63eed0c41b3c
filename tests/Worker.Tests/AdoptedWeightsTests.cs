using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Api.Tests;

namespace ConcatService.Worker.Tests;

/// <summary>Weights that go out as files and come back: the same bits, the same answers, through the same gate.</summary>
[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class AdoptedWeightsTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Spec = """
        { "name": "pair", "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 4, "kernel_size": 5, "stride": 2, "padding": "same",
              "norm": "batch_norm", "activation": "relu" },
            { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 4, "kernel_size": 3, "padding": "same",
              "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["stem", "fine"] },
            { "name": "pool", "type": "max_pool2d", "kernel_size": 2 },
            { "name": "flat", "type": "flatten" },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_version_is_downloaded_as_comes_back_to_the_same_bits()
    {
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        var trained = await DoneAsync(await PostAsync(Spec, """{ "epochs": 1, "batch_size": 64 }"""));
        var hash = trained.GetProperty("result").GetProperty("weights_sha256").GetString();

        var fromZip = await UploadAsync(await StateAsync());
        var adopted = await DoneAsync(
            await PostAsync(Spec, $$"""{ "epochs": 0, "normalize": true, "initial_weights": { "id": "{{fromZip}}" } }""")
        );
        Assert.Equal(hash, adopted.GetProperty("result").GetProperty("weights_sha256").GetString());
        Assert.Equal(0, adopted.GetProperty("result").GetProperty("epoch").GetInt32());
        Assert.Empty(adopted.GetProperty("initial_weights").GetProperty("missing").EnumerateArray());
        Assert.Equal(await AnswerAsync("1"), await AnswerAsync("2"));

        var ofVersion = """{ "epochs": 0, "initial_weights": { "model": "pair", "version": 1 } }""";
        var again = await DoneAsync(await PostAsync(Spec, ofVersion));
        Assert.Equal(hash, again.GetProperty("result").GetProperty("weights_sha256").GetString());
        Assert.Equal("source", again.GetProperty("initial_weights").GetProperty("normalization").GetString());
        Assert.Equal(await AnswerAsync("1"), await AnswerAsync("3"));

        // The ONNX file is imported to a spec, its initializers are the weights, and its own answers must come out.
        var file = await BytesAsync("/v1/models/pair/versions/1/onnx");
        var imported = await api.SendAsync(HttpMethod.Post, "/v1/architectures/import", new ByteArrayContent(file));
        Assert.Equal("[]", imported.Json.GetProperty("gaps").GetRawText());
        var onnx = await UploadAsync(file);
        var served = await DoneAsync(
            await PostAsync(
                imported.Json.GetProperty("spec").GetRawText(),
                $$"""{ "epochs": 0, "initial_weights": { "id": "{{onnx}}" } }""",
                "from-onnx"
            )
        );
        var parity = served.GetProperty("result").GetProperty("parity").GetProperty("file");
        Assert.InRange(parity.GetProperty("max_relative_to_peak").GetDouble(), 0, 1e-5);
        Assert.Equal("none", served.GetProperty("initial_weights").GetProperty("normalization").GetString());
    }

    [Fact]
    public async Task A_frozen_layer_of_a_fine_tuned_version_keeps_its_weights()
    {
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        await DoneAsync(await PostAsync(Spec, """{ "epochs": 1, "batch_size": 64 }""", "base"));
        const string Tuned = """
            { "epochs": 1, "batch_size": 64, "freeze": ["stem"], "learning_rates": { "fine": 0.1 },
              "initial_weights": { "model": "base", "version": 1, "strict": false, "map": { "logits": null } } }
            """;
        var tuned = await DoneAsync(await PostAsync(Spec, Tuned, "tuned"));
        Assert.Equal(
            ["logits.weight", "logits.bias"],
            tuned.GetProperty("initial_weights").GetProperty("missing").EnumerateArray().Select(key => key.GetString())
        );
        var (before, after) = (await TensorsAsync("base"), await TensorsAsync("tuned"));
        var stem = before.Keys.Where(name => name.StartsWith("stem", StringComparison.Ordinal)).ToList();
        Assert.Equal(7, stem.Count);                       // weight, bias, and of the norm weight, bias, mean, variance, counter
        Assert.All(stem, name => Assert.Equal(before[name], after[name]));
        Assert.Contains(before.Keys, name => name.StartsWith("fine", StringComparison.Ordinal) && !before[name].SequenceEqual(after[name]));
    }

    private async Task<string> PostAsync(string spec, string settings, string? model = null)
    {
        var request = new JsonObject
        {
            ["architecture"] = JsonNode.Parse(spec),
            ["dataset"] = "two-scale",
            ["settings"] = JsonNode.Parse(settings),
        };
        if (model is not null)
            request["model_name"] = model;
        var answer = await api.PostAsync("/v1/jobs", request.ToJsonString());
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Headers["Location"];
    }

    private async Task<JsonElement> DoneAsync(string location)
    {
        JsonElement job = default;
        await WorkerTest.EventuallyAsync(
            async () => (job = (await api.GetAsync(location)).Json).GetProperty("state").GetString() is "succeeded" or "failed",
            "the job ends"
        );
        Assert.True(job.GetProperty("state").GetString() == "succeeded", job.GetRawText());
        return job;
    }

    private async Task<string> UploadAsync(byte[] file)
    {
        var answer = await api.SendAsync(HttpMethod.Post, "/v1/weights", new ByteArrayContent(file));
        Assert.True(answer.Status is 200 or 201, answer.Body);
        return answer.Json.GetProperty("id").GetString()!;
    }

    private async Task<byte[]> BytesAsync(string path)
    {
        using var client = api.Client(api.AdminKey);
        return await client.GetByteArrayAsync(path, Cancel);
    }

    /// <summary>The safetensors file of the PyTorch download.</summary>
    private async Task<byte[]> StateAsync(string model = "pair")
    {
        using var zip = new ZipArchive(new MemoryStream(await BytesAsync($"/v1/models/{model}/versions/1/pytorch")));
        await using var entry = await zip.GetEntry("weights.safetensors")!.OpenAsync(Cancel);
        using var bytes = new MemoryStream();
        await entry.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private async Task<Dictionary<string, string>> TensorsAsync(string model)
    {
        var file = await StateAsync(model);
        var length = (int)BitConverter.ToUInt64(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        return header.RootElement.EnumerateObject().ToDictionary(
            entry => entry.Name,
            entry =>
            {
                var ends = entry.Value.GetProperty("data_offsets");
                return Convert.ToHexString(file.AsSpan((8 + length + ends[0].GetInt32())..(8 + length + ends[1].GetInt32())));
            });
    }

    private async Task<string> AnswerAsync(string version)
    {
        var pixels = string.Join(',', Enumerable.Range(0, 784).Select(i => FormattableString.Invariant($"{i % 17 / 17.0}")));
        var answer = await api.PostAsync(
            $"/v2/models/pair/versions/{version}/infer",
            $$"""{ "inputs": [ { "name": "image", "shape": [1, 1, 28, 28], "datatype": "FP32", "data": [{{pixels}}] } ] }"""
        );
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json.GetProperty("outputs")[0].GetProperty("data").GetRawText();
    }
}
