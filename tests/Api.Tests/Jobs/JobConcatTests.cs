using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ConcatService.Domain.Fixes;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Jobs;

/// <summary>What telemetry has seen of a job's branches.</summary>
public sealed class JobConcatTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Request = """
        { "dataset": "two-scale", "architecture": { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "norm": "batch_norm",
              "activation": "relu" },
            { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 3, "padding": 1,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "coarse", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 5, "padding": 2,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["fine", "coarse", "stem"] },
            { "name": "mix", "type": "conv2d", "out_channels": 16, "kernel_size": 1 },
            { "type": "global_avg_pool" }, { "type": "linear", "out_features": 10 } ] } }
        """;

    private static readonly WorkerIdentity Worker = new("somewhere", "machine", 4711, "1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_the_first_sample_the_branches_are_known_and_nothing_is_said_of_them()
    {
        var concat = Assert.Single(
            (await api.GetAsync($"/v1/jobs/{await QueueAsync()}/concats")).Json.GetProperty("concats").EnumerateArray()
        );

        Assert.Equal(
            ("merge", "mix", JsonValueKind.Null),
            (concat.GetProperty("layer").GetString(), concat.GetProperty("consumer").GetString(), concat.GetProperty("step").ValueKind)
        );
        Assert.Equal(
            ("concat", "0 samples have been taken, and a verdict needs 3 in a row. Ask again later."),
            (concat.GetProperty("merge").GetString(), concat.GetProperty("not_judged").GetString())
        );
        Assert.Equal(
            ["fine", "coarse", "stem"],
            concat.GetProperty("branches").EnumerateArray().Select(branch => branch.GetProperty("name").GetString())
        );
        Assert.Equal(
            [8, 8, 4],
            concat.GetProperty("branches").EnumerateArray().Select(branch => branch.GetProperty("channels").GetInt32())
        );
        Assert.All(
            concat.GetProperty("branches").EnumerateArray(),
            branch =>
                Assert.Equal(
                    (JsonValueKind.Null, 0),
                    (branch.GetProperty("activation_rms").ValueKind, branch.GetProperty("verdicts").GetArrayLength())
                )
        );
    }

    [Fact]
    public async Task A_branch_at_fault_is_named_with_number_threshold_and_advice_and_the_others_are_not()
    {
        var id = await QueueAsync();
        await SampleAsync(
            id,
            ("fine", "activation_rms", 1.0),
            ("coarse", "activation_rms", 240.0),
            ("stem", "activation_rms", 2.0),
            ("fine", "gradient_rms", 3e-5),
            ("coarse", "gradient_rms", 4e-5),
            ("fine", "dead_channels", 0),
            ("coarse", "dead_channels", 0),
            ("stem", "dead_channels", 0),
            ("fine", "similarity", 0.6),
            ("fine", "twin", 1)
        );

        var answer = (await api.GetAsync($"/v1/jobs/{id}/concats")).Json;
        var concat = answer.GetProperty("concats")[0];
        var branches = concat.GetProperty("branches");
        Assert.Equal(JsonValueKind.Null, concat.GetProperty("not_judged").ValueKind);
        Assert.Equal((0.011, 48), (answer.GetProperty("overhead").GetDouble(), concat.GetProperty("step").GetInt32()));
        Assert.Equal([0, 1, 0], branches.EnumerateArray().Select(branch => branch.GetProperty("verdicts").GetArrayLength()));
        var verdict = branches[1].GetProperty("verdicts")[0];
        Assert.Equal(
            ("scaled", "alarm", "activation_rms", 120, 10),
            (
                verdict.GetProperty("code").GetString(),
                verdict.GetProperty("severity").GetString(),
                verdict.GetProperty("signal").GetString(),
                verdict.GetProperty("value").GetDouble(),
                verdict.GetProperty("threshold").GetDouble()
            )
        );
        Assert.Contains(
            "merge, branch coarse: its values are 120 times larger",
            verdict.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal("coarse", branches[0].GetProperty("most_alike").GetString());
        Assert.Equal(0.36, branches[0].GetProperty("gradient_share").GetDouble(), 1e-9);
        Assert.Equal(
            """{"activation_rms":1,"gradient_rms":3E-05,"dead_channels":0,"similarity":0.6,"twin":1}""",
            branches[0].GetProperty("signals").GetRawText()
        );
    }

    [Theory]
    [InlineData("leaky_relu", "architecture.layers.2.activation")]
    [InlineData("lr_3", "settings.optimizer.lr")]
    public async Task What_a_verdict_advises_is_a_patch_that_makes_a_job_of_which_exactly_one_field_differs(string advice, string field)
    {
        var id = await QueueAsync();
        await SampleAsync(id, ("coarse", "dead_channels", 1), ("fine", "dead_channels", 0), ("stem", "dead_channels", 0));

        var branches = (await api.GetAsync($"/v1/jobs/{id}/concats")).Json.GetProperty("concats")[0].GetProperty("branches");
        var verdict = branches[1].GetProperty("verdicts")[0];
        Assert.Equal(
            ("dead", 1, 0.5),
            (
                verdict.GetProperty("code").GetString(),
                verdict.GetProperty("value").GetDouble(),
                verdict.GetProperty("threshold").GetDouble()
            )
        );
        var offered = verdict.GetProperty("advice").EnumerateArray().ToDictionary(each => each.GetProperty("id").GetString()!);
        Assert.Equal(["leaky_relu", "lr_3", "lr_10"], offered.Keys);

        var body = await AskedAsync(id);
        JsonPatch.Apply(body, JsonNode.Parse(offered[advice].GetProperty("patch").GetRawText())!.AsArray());
        body["dataset"] = "two-scale";
        var started = await api.PostAsync("/v1/jobs", body.ToJsonString());
        Assert.Equal(202, started.Status);
        var (before, after) = (Flat(await AskedAsync(id)), Flat(await AskedAsync(started.Json.GetProperty("id").GetString()!)));
        Assert.Equal([field], before.Keys.Union(after.Keys).Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key)));
    }

    [Fact]
    public async Task What_only_other_data_mends_has_no_patch()
    {
        var id = await QueueAsync();
        await SampleAsync(
            id,
            ("fine", "similarity", 0.995),
            ("fine", "twin", 1),
            ("coarse", "similarity", 0.995),
            ("coarse", "twin", 0),
            ("fine", "dead_channels", 0),
            ("coarse", "dead_channels", 0)
        );

        var verdict = (await api.GetAsync($"/v1/jobs/{id}/concats")).Json.GetProperty("concats")[0].GetProperty("branches")[1]
            .GetProperty("verdicts")[0];
        Assert.Equal(
            ("duplicated", 0),
            (verdict.GetProperty("code").GetString(), verdict.GetProperty("advice").GetArrayLength())
        );
    }

    private async Task<JsonObject> AskedAsync(string id) =>
        new()
        {
            ["architecture"] = JsonNode.Parse((await api.GetAsync($"/v1/jobs/{id}/architecture")).Body),
            ["settings"] = JsonNode.Parse((await api.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("settings").GetRawText()),
        };

    private static Dictionary<string, string> Flat(JsonNode? json, string path = "") =>
        json switch
        {
            JsonObject fields => fields.SelectMany(each => Flat(each.Value, $"{path}.{each.Key}")).ToDictionary(),
            JsonArray list => list.Index().SelectMany(each => Flat(each.Item, $"{path}.{each.Index}")).ToDictionary(),
            _ => new() { [path.TrimStart('.')] = json?.ToJsonString() ?? "null" },
        };

    [Fact]
    public async Task What_is_lost_without_a_branch_is_shown_with_its_interval()
    {
        var id = await QueueAsync();
        await SampleAsync(id, [
            .. Change("fine", 0.4, 0.5, 0.6),
            .. Change("coarse", 0.1, 0.2, 0.3),
            .. Change("stem", -0.01, 0.001, 0.012),
        ]);

        var branches = (await api.GetAsync($"/v1/jobs/{id}/concats")).Json.GetProperty("concats")[0].GetProperty("branches");
        Assert.Equal(
            """
            {"step":48,"mean":{"loss":0.5,"loss_interval":[0.4,0.6],"accuracy":null,"accuracy_interval":null},
            "shuffle":{"loss":0.5,"loss_interval":[0.4,0.6],"accuracy":null,"accuracy_interval":null}}
            """.ReplaceLineEndings(""),
            branches[0].GetProperty("counterfactual").GetRawText()
        );
        // "stem" is what the others are made from, so its place in the concat is judged by nobody
        Assert.All(branches.EnumerateArray(), branch => Assert.Equal(0, branch.GetProperty("verdicts").GetArrayLength()));

        static IEnumerable<(string, string, double)> Change(string branch, double low, double loss, double high) =>
            new[] { "mean", "shuffle" }.SelectMany(kind => new[]
            {
                (branch, $"{kind}_loss_change", loss), (branch, $"{kind}_loss_low", low), (branch, $"{kind}_loss_high", high),
            });
    }

    [Fact]
    public async Task The_picture_has_the_curves_a_row_for_every_branch_and_the_verdict_beside_its_row()
    {
        var id = await QueueAsync();
        await SampleAsync(
            id,
            ("fine", "dead_channels", 1),
            ("fine", "gradient_rms", 1e-5),
            ("coarse", "gradient_rms", 3e-5),
            ("stem", "gradient_rms", 2e-5)
        );

        using var client = api.Client(api.Key);
        foreach (var heat in (string[])["", "?heat=activation_rms", "?heat=contribution_share"])
        {
            using var answer = await client.GetAsync(new Uri($"/v1/jobs/{id}/plot.svg{heat}", UriKind.Relative), Cancel);
            Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType?.MediaType);
            var svg = XDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
            var texts = svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();
            Assert.Superset(
                new HashSet<string> { "loss", "training", "merge · fine", "merge · coarse", "merge · stem", "dead" },
                texts.ToHashSet()
            );
            Assert.DoesNotContain("validation", texts);
            Assert.DoesNotContain(svg.Descendants().Attributes(), attribute => attribute.Value.Contains("NaN", StringComparison.Ordinal));
        }

        Assert.Equal("request.heat", (await api.GetAsync($"/v1/jobs/{id}/plot.svg?heat=color")).Code);
    }

    [Fact]
    public async Task Other_teams_see_nothing()
    {
        var id = await QueueAsync();
        Assert.Equal(404, (await api.GetAsync($"/v1/jobs/{id}/concats", api.ForeignKey)).Status);
        Assert.Equal(404, (await api.GetAsync($"/v1/jobs/{id}/plot.svg", api.ForeignKey)).Status);
    }

    private async Task<string> QueueAsync() => (await api.PostAsync("/v1/jobs", Request)).Json.GetProperty("id").GetString()!;

    /// <summary>Three samples that say the same.</summary>
    private async Task SampleAsync(string id, params (string Branch, string Signal, double Value)[] signals)
    {
        var fence = (await api.Services.GetRequiredService<JobLeases>().ClaimAsync(Guid.Parse(id), Worker, 1, Cancel))!.Value;
        var points = new[] { 16, 32, 48 }.SelectMany(step =>
            signals
                .Select(each => new MetricPoint($"concat/merge/{each.Branch}/{each.Signal}", step, each.Value))
                .Append(new("telemetry_overhead", step, 0.011))
        );
        await api.Services.GetRequiredService<MetricWriter>().WriteAsync(fence, [.. points], Cancel);
    }
}
