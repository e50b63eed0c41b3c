using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Studies;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Studies;

/// <summary>Studies from the request to the report; the jobs are ended by hand.</summary>
public sealed class StudyTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Spec = """
        { "name": "halves", "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "fine", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "padding": 1 },
            { "name": "coarse", "type": "conv2d", "inputs": ["image"], "out_channels": 6, "kernel_size": 5, "padding": 2 },
            { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
            { "type": "global_avg_pool" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    private static readonly WorkerIdentity Worker = new("somewhere", "machine", 4711, "1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_default_every_fusion_and_each_branch_alone_are_queued_with_five_seeds()
    {
        var answer = await PostAsync();
        Assert.True(answer.Status == 202, answer.Body);
        var study = answer.Json;
        Assert.Equal($"/v1/studies/{study.GetProperty("id").GetGuid()}", answer.Headers["Location"]);
        Assert.Equal(
            ["none", "conv1x1", "se", "gate", "gmu", "aff", "l2norm", "only:fine", "only:coarse"],
            Names(study).Concat(study.GetProperty("left_out").EnumerateArray().Select(each => each.GetProperty("name").GetString()))
                .OrderBy(name => Array.IndexOf(["none", "conv1x1", "se", "gate", "gmu", "aff", "l2norm", "only:fine", "only:coarse"], name))
        );
        Assert.Equal(["merge"], study.GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()));
        var (jobs, variants) = (study.GetProperty("plan").GetProperty("jobs").GetInt32(), study.GetProperty("variants").GetArrayLength());
        Assert.Equal(5 * variants, jobs);
        var none = Variant(study, "none");
        // 8·(9+1) + 6·(25+1) + 14·10 + 10
        Assert.Equal(386, none.GetProperty("parameters").GetInt64());
        Assert.Equal(80 + 90, Variant(study, "only:fine").GetProperty("parameters").GetInt64());
        Assert.Contains(
            study.GetProperty("plan").GetProperty("notes").EnumerateArray(),
            note => note.GetString()!.StartsWith("It cannot find anything significant", StringComparison.Ordinal)
        );

        await using var db = api.Database.Open();
        var rows = await db.Jobs.Where(job => job.Tags.Contains(study.GetProperty("tag").GetString()!)).ToListAsync(Cancel);
        Assert.Equal(jobs, rows.Count);
        Assert.All(rows, job => Assert.Equal((JobState.Queued, study.GetProperty("model_name").GetString()), (job.State, job.ModelName)));
        // Seed by seed, so that a variant that is stopped costs least.
        Assert.Equal(
            rows.OrderBy(job => job.QueuedAt).Select(job => job.Settings.GetProperty("seed").GetInt64()),
            Enumerable.Range(0, jobs).Select(place => (long)(place / variants))
        );
    }

    [Fact]
    public async Task What_a_variant_is_refused_for_is_told_by_its_name_and_place()
    {
        var unknown = await PostAsync(("variants", """["se", "magic"]"""));
        Assert.Equal((422, ("/variants/1", "invalid_variant")), (unknown.Status, unknown.Fault));
        Assert.Contains("'magic' is no known variant. Known are as_sent, none, conv1x1", unknown.Body);

        var broken = await PostAsync(
            ("variants", """[{ "name": "wide", "patch": [{ "op": "add", "path": "/layers/4/kernel_size", "value": 3 }] }]""")
        );
        Assert.Equal((422, ("/variants/0", "invalid_variant")), (broken.Status, broken.Fault));
        Assert.Contains("The variant 'wide' cannot be trained", broken.Body);

        var settings = await PostAsync(
            ("variants", """[{ "name": "fast", "settings": [{ "op": "add", "path": "/optimizer", "value": { "type": "warp" } }] }]""")
        );
        Assert.Equal((422, ("/variants/0", "invalid_variant")), (settings.Status, settings.Fault));
        Assert.Equal((422, ("/seeds", "out_of_range")), await FaultAsync(("seeds", "1")));
        Assert.Equal((422, ("/settings/seed", "out_of_range")), await FaultAsync(("settings", """{ "seed": 9007199254740990 }""")));
        Assert.Equal((422, ("/variants", "out_of_range")), await FaultAsync(("variants", """["none"]""")));
        Assert.Equal((422, ("/merge", "unknown_merge")), await FaultAsync(("merge", "\"stem\"")));
        Assert.Equal((400, ("/seed", "unknown_field")), await FaultAsync(("seed", "1")));
        Assert.Equal((422, ("/variants/1", "duplicate_name")), await FaultAsync(("variants", """["se", "se"]""")));
        Assert.Equal((422, ("/dataset", "unknown_dataset")), await FaultAsync(("dataset", "\"nothing\"")));
    }

    [Fact]
    public async Task With_several_merges_the_request_must_say_which()
    {
        var spec = JsonNode.Parse(Spec)!;
        var layers = spec["layers"]!.AsArray();
        layers.Insert(3, JsonNode.Parse("""{ "name": "late", "type": "concat", "inputs": ["merge", "fine"] }"""));
        var asked = await PostAsync(("architecture", spec.ToJsonString()));
        Assert.Equal((422, ("/merge", "ambiguous_merge")), (asked.Status, asked.Fault));
        Assert.Contains("The spec has 2 concats: merge, late.", asked.Body);
        var one = await PostAsync(("architecture", spec.ToJsonString()), ("merge", "\"late\""), ("variants", """["se"]"""));
        Assert.Equal(["none", "se"], Names(one.Json));
        // Patches need no merge: they are compared with the spec as it was sent.
        var patched = await PostAsync(
            ("architecture", spec.ToJsonString()),
            ("variants", """[{ "name": "slow", "settings": [{ "op": "add", "path": "/optimizer", "value": { "type": "sgd" } }] }]""")
        );
        Assert.True(patched.Status == 202, patched.Body);
        Assert.Equal(["as_sent", "slow"], Names(patched.Json));
    }

    [Fact]
    public async Task Matched_variants_have_about_as_many_parameters_as_the_baseline()
    {
        var free = (await PostAsync(("variants", """["gmu", "conv1x1"]"""))).Json;
        var matched = (await PostAsync(("variants", """["gmu", "conv1x1"]"""), ("match_parameters", "true"))).Json;
        foreach (var name in new[] { "gmu", "conv1x1" })
        {
            var (before, after) = (Variant(free, name).GetProperty("parameters").GetInt64(), Variant(matched, name));
            Assert.True(after.GetProperty("is_matched").GetBoolean());
            Assert.True(Math.Abs(after.GetProperty("parameters").GetInt64() - 386) < Math.Abs(before - 386), after.GetRawText());
        }
    }

    [Fact]
    public async Task The_report_compares_seed_by_seed_and_the_picture_shows_it()
    {
        var id = await StartAsync(6, "none", "se", "l2norm");
        await EndAsync(id, "none", [.70, .71, .72, .73, .74, .75]);
        await EndAsync(id, "se", [.72, .74, .75, .75, .78, .78]);
        await EndAsync(id, "l2norm", [.71, .70, .72, .74, .73, .75]);

        var report = (await api.GetAsync($"/v1/studies/{id}/report")).Json;
        Assert.Equal((true, "finished"), (report.GetProperty("is_final").GetBoolean(), report.GetProperty("state").GetString()));
        Assert.Equal(.725, report.GetProperty("baseline_mean").GetDouble(), 1e-9);
        var se = report.GetProperty("comparisons")[0];
        Assert.Equal(("se", 6), (se.GetProperty("variant").GetString(), se.GetProperty("seeds").GetInt32()));
        Assert.Equal(17.0 / 600, se.GetProperty("mean_difference").GetDouble(), 1e-9);
        Assert.Equal((.03125, .0625), (se.GetProperty("p_value").GetDouble(), se.GetProperty("adjusted_p_value").GetDouble()));
        Assert.StartsWith("se is better than none by 2.83 points over 6 seeds (95 % interval +", se.GetProperty("sentence").GetString());

        var study = (await api.GetAsync($"/v1/studies/{id}")).Json;
        Assert.Equal(100, study.GetProperty("progress").GetProperty("percent").GetDouble());
        Assert.Equal(.74, Variant(study, "se").GetProperty("jobs")[1].GetProperty("value").GetDouble());
        var picture = await api.GetAsync($"/v1/studies/{id}/plot.svg");
        Assert.Equal("image/svg+xml; charset=utf-8", picture.Headers["Content-Type"]);
        var circles = XDocument.Parse(picture.Body).Descendants().Where(element => element.Name.LocalName == "circle");
        Assert.Equal(2, circles.Count());
        var listed = (await api.GetAsync("/v1/studies")).Json.GetProperty("data").EnumerateArray();
        Assert.Equal("finished", listed.Single(each => each.GetProperty("id").GetGuid() == id).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_variant_of_which_enough_is_known_gets_no_further_seeds()
    {
        var id = await StartAsync(9, "none", "se", "gate");
        await EndAsync(id, "none", [.70, .71, .72, .73, .74, .75, .76]);
        await EndAsync(id, "se", [.75, .76, .78, .77, .79, .80, .81]);
        await EndAsync(id, "gate", [.72, .70, .75, .72, .76, .73, .78]);
        await api.Services.GetRequiredService<StudyStore>().SettleAsync(Cancel);

        var study = (await api.GetAsync($"/v1/studies/{id}")).Json;
        Assert.Equal(7, Variant(study, "se").GetProperty("stopped_after").GetInt32());
        Assert.Equal(
            ["cancelled", "cancelled"],
            Variant(study, "se").GetProperty("jobs").EnumerateArray().Skip(7).Select(job => job.GetProperty("state").GetString())
        );
        Assert.Equal(JsonValueKind.Null, Variant(study, "gate").GetProperty("stopped_after").ValueKind);
        Assert.Equal("queued", Variant(study, "gate").GetProperty("jobs")[8].GetProperty("state").GetString());
        var report = (await api.GetAsync($"/v1/studies/{id}/report")).Json;
        Assert.Contains("It got no further seeds after 7", report.GetProperty("comparisons")[0].GetProperty("sentence").GetString());
    }

    [Fact]
    public async Task A_study_is_cancelled_with_its_jobs_and_deleted_without_them()
    {
        var id = await StartAsync(3, "none", "se");
        await EndAsync(id, "none", [.7]);
        var early = await api.SendAsync(HttpMethod.Delete, $"/v1/studies/{id}");
        Assert.Equal((409, "study.not_ended"), (early.Status, early.Code));
        var cancelled = await api.SendAsync(HttpMethod.Post, $"/v1/studies/{id}/cancel");
        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.Json.GetProperty("state").GetString()));
        Assert.Equal(6, cancelled.Json.GetProperty("progress").GetProperty("ended").GetInt32());
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Delete, $"/v1/studies/{id}", key: api.ForeignKey)).Status);
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/studies/{id}")).Status);
        Assert.Equal(404, (await api.GetAsync($"/v1/studies/{id}")).Status);
        Assert.Equal(6, (await api.GetAsync($"/v1/jobs?tag=study:{id}")).Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task The_same_request_with_its_key_is_one_study()
    {
        var body = Body(("variants", """["se"]"""), ("seeds", "2"));
        var first = await api.PostAsync("/v1/studies", body, headers: ("Idempotency-Key", "once"));
        var again = await api.PostAsync("/v1/studies", body, headers: ("Idempotency-Key", "once"));
        Assert.Equal((202, 202, first.Body), (first.Status, again.Status, again.Body));
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
    }

    [Fact]
    public async Task Without_an_accuracy_the_loss_is_compared()
    {
        var id = await StartAsync(2, "none", "se");
        await EndAsync(id, "none", [2.0, 2.2], "{ \"test_loss\": # }");
        await EndAsync(id, "se", [1.5, 1.6], "{ \"test_loss\": # }");
        var report = (await api.GetAsync($"/v1/studies/{id}/report")).Json;
        Assert.Equal("-test_loss", report.GetProperty("measure").GetString());
        Assert.Equal(.55, report.GetProperty("comparisons")[0].GetProperty("mean_difference").GetDouble(), 1e-9);
        Assert.StartsWith("se is better than none by 0.55 loss", report.GetProperty("comparisons")[0].GetProperty("sentence").GetString());
    }

    private Task<Answer> PostAsync(params (string Field, string Json)[] fields) => api.PostAsync("/v1/studies", Body(fields));

    private async Task<(int, (string, string))> FaultAsync(params (string Field, string Json)[] fields)
    {
        var answer = await PostAsync(fields);
        return (answer.Status, answer.Fault);
    }

    private static string Body(params (string Field, string Json)[] fields)
    {
        var body = new JsonObject
        {
            ["architecture"] = JsonNode.Parse(Spec),
            ["dataset"] = "two-scale",
            ["settings"] = new JsonObject { ["epochs"] = 1 },
        };
        foreach (var (field, json) in fields)
            body[field] = JsonNode.Parse(json);
        return body.ToJsonString();
    }

    private async Task<Guid> StartAsync(int seeds, params string[] variants)
    {
        var answer = await PostAsync(("variants", JsonSerializer.Serialize(variants)), ("seeds", $"{seeds}"));
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Json.GetProperty("id").GetGuid();
    }

    /// <summary>Ends the first jobs of a variant with these results, as a worker does.</summary>
    private async Task EndAsync(Guid study, string variant, double[] values, string result = "{ \"test_accuracy\": #, \"test_loss\": 1 }")
    {
        await using var db = api.Database.Open();
        var jobs = await db
            .StudyJobs.Where(job => job.StudyId == study && job.Variant == variant)
            .OrderBy(job => job.Seed)
            .ToListAsync(Cancel);
        var transitions = api.Services.GetRequiredService<JobTransitions>();
        foreach (var (job, value) in jobs.Zip(values))
        {
            var fence = await api.Services.GetRequiredService<JobLeases>().ClaimAsync(job.JobId, Worker, 1, Cancel);
            foreach (var to in new[] { JobState.Running, JobState.Finalizing, JobState.Succeeded })
                Assert.True(
                    await transitions.TryMoveAsync(
                        new(job.JobId, to, "Test.", "test")
                        {
                            Fence = fence!.Value.Number,
                            Result = to == JobState.Succeeded ? result.Replace("#", JsonSerializer.Serialize(value)) : null,
                        },
                        Cancel
                    )
                );
        }
    }

    private static IEnumerable<string?> Names(JsonElement study) =>
        study.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("name").GetString());

    private static JsonElement Variant(JsonElement study, string name) =>
        study.GetProperty("variants").EnumerateArray().Single(variant => variant.GetProperty("name").GetString() == name);
}
