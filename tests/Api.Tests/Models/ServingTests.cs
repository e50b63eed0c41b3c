using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using ConcatService.Api.Access;
using ConcatService.Api.Tests.Images;
using ConcatService.Api.Tests.Inference;
using ConcatService.Api.Tests.Inference.Protocol;
using ConcatService.Api.Tests.Weights;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Models;

/// <summary>Versions and their names, bundles, cards, and predictions for many.</summary>
public sealed class ServingTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly string Row = """{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] } ] }""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_name_for_a_version_moves_and_moves_back_and_is_what_callers_get_who_name_none()
    {
        await PublishAsync("moved", times: 3);
        Assert.Equal("3", await VersionAsync("/v2/models/moved/infer"));
        Assert.Equal(404, (await MoveAsync("moved", "9")).Status);
        Assert.Equal(403, (await api.SendAsync(HttpMethod.Put, "/v1/models/moved/aliases/production", Json("1"))).Status);
        Assert.Equal(409, await BackAsync("moved", afterMove: "1"));
        Assert.Equal("1", await VersionAsync("/v2/models/moved/infer"));
        Assert.Equal("3", await VersionAsync("/v2/models/moved/versions/latest/infer"));
        Assert.Equal("2", (await MoveAsync("moved", "2")).Json.GetProperty("version").GetString());
        Assert.Equal("2", await VersionAsync("/v2/models/moved/versions/production/infer"));
        Assert.Equal(
            "1",
            (await api.SendAsync(HttpMethod.Post, "/v1/models/moved/aliases/production/back", key: api.AdminKey))
                .Json.GetProperty("version")
                .GetString()
        );
        Assert.Equal("1", await VersionAsync("/v2/models/moved/infer"));
        Assert.Equal(
            "2",
            (await api.GetAsync("/v1/models/moved")).Json.GetProperty("aliases")[0].GetProperty("previous_version").GetString()
        );
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, "/v1/models/moved/aliases/production", key: api.AdminKey)).Status);
        Assert.Equal("3", await VersionAsync("/v2/models/moved/infer"));
        Assert.Equal(404, (await api.GetAsync("/v2/models/moved/versions/production")).Status);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("Production")]
    [InlineData("1")]
    public async Task A_name_that_could_be_mistaken_is_refused(string alias)
    {
        await PublishAsync("named", times: 1);
        Assert.Equal(422, (await api.SendAsync(HttpMethod.Put, $"/v1/models/named/aliases/{alias}", Json("1"), api.AdminKey)).Status);
    }

    [Fact]
    public async Task A_name_that_many_move_and_delete_at_once_is_moved_or_not_there()
    {
        await PublishAsync("raced", times: 2);
        var calls = Enumerable.Range(0, 60).Select(i => (i % 4) switch
        {
            0 => api.SendAsync(HttpMethod.Delete, "/v1/models/raced/aliases/production", key: api.AdminKey),
            1 => api.SendAsync(HttpMethod.Post, "/v1/models/raced/aliases/production/back", key: api.AdminKey),
            var turn => MoveAsync("raced", $"{turn - 1}"),
        });
        foreach (var answer in await Task.WhenAll(calls))
            Assert.True(answer.Status is 200 or 204 or 404 or 409, $"{answer.Status} {answer.Body}");
    }

    [Fact]
    public async Task A_model_is_gone_with_its_job_at_once()
    {
        await PublishAsync("deleted", times: 1);
        await VersionAsync("/v2/models/deleted/infer");
        await using var db = api.Database.Open();
        await db.Database.ExecuteSqlAsync($"update jobs set state = 'succeeded' where name = 'deleted'", Cancel);
        var job = await db.Jobs.Where(job => job.Name == "deleted").Select(job => job.Id).SingleAsync(Cancel);
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/jobs/{job}")).Status);
        Assert.Equal(404, (await api.PostAsync("/v2/models/deleted/infer", Row)).Status);
    }

    [Fact]
    public async Task A_job_whose_version_an_alias_names_cannot_be_deleted()
    {
        await PublishAsync("named-job", times: 1);
        await MoveAsync("named-job", "1");
        await using var db = api.Database.Open();
        await db.Database.ExecuteSqlAsync($"update jobs set state = 'succeeded' where name = 'named-job'", Cancel);
        var job = await db.Jobs.Where(job => job.Name == "named-job").Select(job => job.Id).SingleAsync(Cancel);
        var refused = await api.SendAsync(HttpMethod.Delete, $"/v1/jobs/{job}");
        Assert.Equal((409, "model.aliased"), (refused.Status, refused.Code));
        Assert.Contains("named-job:production", refused.Body, StringComparison.Ordinal);
        Assert.Equal("1", await VersionAsync("/v2/models/named-job/infer"));

        var path = "/v1/models/named-job/aliases/production";
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, path, key: api.AdminKey)).Status);
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/jobs/{job}")).Status);
    }

    [Fact]
    public async Task A_deleted_version_is_no_longer_served_and_nothing_goes_back_to_it()
    {
        await PublishAsync("pruned", times: 3);
        Assert.Equal("3", await VersionAsync("/v2/models/pruned/infer"));
        await MoveAsync("pruned", "3");
        await MoveAsync("pruned", "1");                                         // 3 is where the alias goes back to
        await using var db = api.Database.Open();
        Assert.Equal(204, (await DeleteAsync("/v1/models/pruned/versions/3")).Status);
        Assert.Equal(404, (await api.PostAsync("/v2/models/pruned/versions/3/infer", Row)).Status);
        Assert.Equal("2", await VersionAsync("/v2/models/pruned/versions/latest/infer"));
        Assert.Equal(404, (await DeleteAsync("/v1/models/pruned/versions/3")).Status);
        Assert.Equal(404, (await DeleteAsync("/v1/models/pruned/versions/2", api.ForeignKey)).Status);
        Assert.True(await db.Jobs.AnyAsync(job => job.Name == "pruned", Cancel)); // the jobs stay

        var back = await api.SendAsync(HttpMethod.Post, "/v1/models/pruned/aliases/production/back", key: api.AdminKey);
        Assert.Equal((409, "alias.nowhere_to_go"), (back.Status, back.Code));
    }

    [Fact]
    public async Task A_version_that_is_deleted_while_it_is_asked_for_is_answered_or_not_found()
    {
        for (var round = 0; round < 6; round++)
        {
            var model = $"vanishing-{round}";
            await SmallModels.PublishAsync(api, model, SmallModels.Linear("channels_last"));
            var version = $"/v1/models/{model}/versions/1";
            var calls = new[] { "pytorch", "bundle", "onnx" }.Select(form => api.GetAsync($"{version}/{form}")).ToList();
            await Task.Delay(round * 10, Cancel);
            calls.Add(DeleteAsync(version));
            foreach (var answer in await Task.WhenAll(calls))
                Assert.True(answer.Status is 200 or 204 or 404, $"{answer.Status} {answer.Body}");
        }
    }

    [Fact]
    public async Task What_an_alias_names_is_not_deleted_and_a_model_goes_with_all_its_versions()
    {
        await PublishAsync("whole", times: 2);
        await MoveAsync("whole", "1");
        foreach (var path in new[] { "/v1/models/whole", "/v1/models/whole/versions/1" })
        {
            var refused = await DeleteAsync(path);
            Assert.Equal((409, "model.aliased"), (refused.Status, refused.Code));
            Assert.Contains("'production'", refused.Body, StringComparison.Ordinal);
        }

        var reader = await api.MakeKeyAsync("ours", Scopes.ModelsRead, Scopes.JobsRead, Scopes.Infer);
        Assert.Equal(403, (await DeleteAsync("/v1/models/whole/versions/2", reader)).Status);
        await DeleteAsync("/v1/models/whole/aliases/production", api.AdminKey);
        Assert.Equal(204, (await DeleteAsync("/v1/models/whole")).Status);
        Assert.Equal(404, (await api.PostAsync("/v2/models/whole/infer", Row)).Status);
        Assert.Equal(404, (await api.GetAsync("/v1/models/whole")).Status);
        Assert.Equal(404, (await DeleteAsync("/v1/models/whole")).Status);
        await using var db = api.Database.Open();
        var row = await db.Audit.SingleAsync(entry => entry.Action == "model.delete", Cancel);
        Assert.Equal(("model", "whole"), (row.TargetKind, row.Target));
        var gone = row.Details!.Value.GetProperty("versions").EnumerateArray().Select(version => version.GetString());
        Assert.Equal(["1", "2"], gone);
    }

    private Task<Answer> DeleteAsync(string path, string key = "") => api.SendAsync(HttpMethod.Delete, path, key: key);

    [Fact]
    public async Task Versions_are_replaced_under_load_without_a_failed_request()
    {
        await PublishAsync("replaced", times: 2);
        await MoveAsync("replaced", "1");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            HashSet<string> seen = [];
            while (!stop.IsCancellationRequested)
                seen.Add(await VersionAsync("/v2/models/replaced/infer"));
            return seen;
        })).ToList();
        for (var i = 0; i < 10; i++)
        {
            var version = i % 2 == 0 ? "2" : "1";
            Assert.Equal(200, (await MoveAsync("replaced", version)).Status);
            Assert.Equal(version, await VersionAsync("/v2/models/replaced/infer"));
        }

        await stop.CancelAsync();
        foreach (var seen in await Task.WhenAll(clients))
            Assert.Subset(new HashSet<string> { "1", "2" }, seen);
    }

    [Fact]
    public async Task A_bundle_is_a_repository_with_configuration_labels_and_the_file()
    {
        await SmallModels.PublishAsync(api, "bundled", SmallModels.Linear());
        using var client = api.Client(api.Key);
        await using var zip = new ZipArchive(await client.GetStreamAsync("/v1/models/bundled/versions/1/bundle", Cancel));
        Assert.Equal(["bundled/config.pbtxt", "bundled/labels.txt", "bundled/1/model.onnx"], zip.Entries.Select(entry => entry.FullName));
        Assert.Equal(
            """
            name: "bundled"
            platform: "onnxruntime_onnx"
            max_batch_size: 32
            input [ { name: "image" data_type: TYPE_FP32 dims: [ 1, 2, 2 ] } ]
            output [ { name: "scores" data_type: TYPE_FP32 dims: [ 3 ] label_filename: "labels.txt" } ]
            dynamic_batching { }

            """, Read(zip.Entries[0]));
        Assert.Equal("sum\nfirst\none\n", Read(zip.Entries[1]));
        Assert.Equal(await client.GetByteArrayAsync("/v1/models/bundled/versions/1/onnx", Cancel), Bytes(zip.Entries[2]));
    }

    [Fact]
    public async Task A_version_as_PyTorch_answers_what_is_served()
    {
        await SmallModels.PublishAsync(api, "taken", SmallModels.Linear("channels_last"));
        using var client = api.Client(api.Key);
        var folder = Directory.CreateTempSubdirectory("concat-pytorch-");
        try
        {
            await using (var zip = new ZipArchive(await client.GetStreamAsync("/v1/models/taken/versions/1/pytorch", Cancel)))
            {
                Assert.Equal(
                    ["net.py", "weights.safetensors", "samples.safetensors", "check.py", "train.py", "README.md"],
                    zip.Entries.Select(entry => entry.FullName)
                );
                Assert.Contains("class Taken(nn.Module):", Read(zip.Entries[0]), StringComparison.Ordinal);
                await zip.ExtractToDirectoryAsync(folder.FullName, Cancel);
            }

            var (code, output, error) = TorchPython.Run(TorchPython.Required(), Path.Combine(folder.FullName, "check.py"));
            Assert.True(code == 0, error);
            Assert.StartsWith("15 parameters, 8 samples\nscores: largest difference ", output, StringComparison.Ordinal);
            await TrainByTwoAsync(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Two processes train it towards the served answers: the loss falls, and the service takes the weights back.</summary>
    private async Task TrainByTwoAsync(string folder)
    {
        var trained = Path.Combine(folder, "trained.safetensors");
        // By address: --standalone asks for the machine's own name, which not every machine can resolve.
        // -r and -t: without them torch 1.13 does not start processes under Python 3.11 and later.
        string[] torchrun =
        [
            "-m", "torch.distributed.run", "--master_addr", "127.0.0.1", "--master_port", $"{ProtocolServer.FreePorts()}",
            "--nproc_per_node", "2", "-r", "1", "-t", "1",
        ];
        string[] options = ["--from-scratch", "--epochs", "6", "--batch", "2", "--lr", "0.1", "--out", trained];
        var (code, output, error) = TorchPython.Run(
            TorchPython.Required(),
            [.. torchrun, Path.Combine(folder, "train.py"), .. options]
        );
        Assert.True(code == 0, error);
        var losses = output.Split('\n').Where(line => line.Contains(": loss ", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(": loss ")[1].Split(',')[0], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(6, losses.Count);
        Assert.True(losses[^1] < losses[0] / 2, output);

        var file = await File.ReadAllBytesAsync(trained, Cancel);
        var weights = await api.SendAsync(HttpMethod.Post, "/v1/weights?name=trained", WeightFiles.Content(file));
        Assert.True(weights.Status == 201, weights.Body);
        Assert.Contains("scores.weight", weights.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_card_is_a_page_and_404_for_what_the_team_does_not_have()
    {
        await SmallModels.PublishAsync(api, "carded", SmallModels.Linear());
        var page = await api.GetAsync("/models/carded?version=1");
        Assert.StartsWith("text/html", page.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("/assets/model.js", page.Body, StringComparison.Ordinal);
        Assert.Equal(404, (await api.GetAsync("/models/carded?version=2")).Status);
        Assert.Equal(404, (await api.GetAsync("/models/carded", api.ForeignKey)).Status);
    }

    [Fact]
    public async Task Several_pictures_are_labeled_at_once_from_a_form_or_from_base64()
    {
        await SmallModels.PublishAsync(api, "seen", SmallModels.Linear());
        var pictures = new byte[][] { GrayPng.Of(2, 2, (_, _) => 255), GrayPng.Of(2, 2, (_, _) => 0) };
        using var form = new MultipartFormDataContent();
        foreach (var (index, picture) in pictures.Index())
            form.Add(
                new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } },
                "files",
                $"{index}.png"
            );
        var encoded = string.Join(", ", pictures.Select(picture => $$"""{ "b64": "{{Convert.ToBase64String(picture)}}" }"""));
        foreach (
            var answer in new[]
            {
                await api.SendAsync(HttpMethod.Post, "/v1/models/seen/predict", form),
                await api.PostAsync("/v1/models/seen/predict", $$"""{ "instances": [ {{encoded}} ] }"""),
            }
        )
            Assert.Equal(
                ["sum", "one"],
                answer.Json.GetProperty("predictions").EnumerateArray().Select(each => each.GetProperty("label").GetString())
            );
        Assert.Equal(
            "predict.instances",
            (await api.PostAsync("/v1/models/seen/predict", """{ "instances": [ { "b64": "AAAA" }, 3 ] }""")).Code
        );
        Assert.Equal(
            "predict.picture",
            (await api.PostAsync("/v1/models/seen/predict", """{ "instances": [ { "b64": "AAAA" } ] }""")).Code
        );
    }

    [Fact]
    public async Task Metrics_count_requests_failures_and_where_the_time_went()
    {
        await PublishAsync("counted", times: 1);
        await VersionAsync("/v2/models/counted/infer");
        var text = (await api.GetAsync("/metrics", api.AdminKey)).Body;
        var labels = $"{{team_id=\"{api.TeamId()}\",model=\"counted\",version=\"1\"";
        Assert.Contains($"concat_inference_request_success_total{labels}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"concat_inference_batch_exec_total{labels},batch_size=\"1\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"concat_inference_request_failure_total{labels},reason=\"REJECTED\"}} 0\n", text, StringComparison.Ordinal);
        Assert.Contains($"concat_inference_compute_infer_duration_seconds_total{labels}}} ", text, StringComparison.Ordinal);
    }

    private async Task PublishAsync(string name, int times)
    {
        for (var i = 0; i < times; i++)
            await WireModels.PublishEchoAsync(api, name, [new("x", "FP32", [-1, 3])], ["y"]);
    }

    private async Task<string> VersionAsync(string path)
    {
        var answer = await api.PostAsync(path, Row);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json.GetProperty("model_version").GetString()!;
    }

    private Task<Answer> MoveAsync(string model, string version) =>
        api.SendAsync(HttpMethod.Put, $"/v1/models/{model}/aliases/production", Json(version), api.AdminKey);

    private async Task<int> BackAsync(string model, string afterMove)
    {
        Assert.Equal(200, (await MoveAsync(model, afterMove)).Status);
        return (await api.SendAsync(HttpMethod.Post, $"/v1/models/{model}/aliases/production/back", key: api.AdminKey)).Status;
    }

    private static StringContent Json(string version) => new($$"""{ "version": "{{version}}" }""", Encoding.UTF8, "application/json");

    private static string Read(ZipArchiveEntry entry) => Encoding.UTF8.GetString(Bytes(entry));

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var copy = new MemoryStream();
        using var file = entry.Open();
        file.CopyTo(copy);
        return copy.ToArray();
    }
}
