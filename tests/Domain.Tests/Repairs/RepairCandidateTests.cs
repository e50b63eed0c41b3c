using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Repairs;
using Xunit;

namespace ConcatService.Domain.Tests.Repairs;

/// <summary>Which changes are tried for which finding. Each is compiled, and its patch makes of the job what the body says.</summary>
public sealed class RepairCandidateTests
{
    private const string Spec = """
        { "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "name": "stem", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 3, "activation": "relu" },
            { "name": "seen", "type": "global_avg_pool" },
            { "name": "known", "type": "linear", "inputs": ["facts"], "out_features": 16, "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["seen", "known"] },
            { "name": "thin", "type": "dropout", "p": 0.95 },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    [Theory]
    [InlineData("unequal_inputs", "image", null, "normalize,batch_norm_ends,l2norm,lr_3,lr_10,nothing")]
    [InlineData("scaled", "merge", "seen", "normalize,batch_norm_ends,l2norm,lr_3,lr_10,nothing")]
    [InlineData("dead", "merge", "known", "normalize,norm_before_activation,leaky_relu,lr_3,lr_10,nothing")]
    [InlineData("diverged", null, null, "normalize,clip,lr_3,lr_10,norm_before_activation,nothing")]
    [InlineData("train.high_dropout", "thin", null, "less_dropout,lr_3,lr_10,clip,nothing")]
    public void The_cause_comes_before_the_symptom_and_nothing_comes_last(string code, string? layer, string? branch, string wanted)
    {
        var found = For(Spec, """{ "normalize": false }""", new RepairFinding(code, layer, branch, 0, ""));

        Assert.Equal(wanted, string.Join(',', found.Select(each => each.Id)));
    }

    [Fact]
    public void Every_patch_makes_the_body_of_the_job()
    {
        var job = Job("""{ "normalize": false }""");
        RepairFinding[] findings = [new("dead", "merge", "known", 0, ""), new("scaled", "merge", "seen", 8, "")];
        foreach (var each in For(Spec, """{ "normalize": false }""", findings))
        {
            var patched = job.DeepClone();
            JsonPatch.Apply(patched, each.Patch);
            Assert.True(JsonNode.DeepEquals(patched, each.Body), each.Id);
            Assert.NotNull(each.Plan);
        }
    }

    [Fact]
    public void A_leaky_relu_is_put_into_the_branch_that_is_dead_and_nowhere_else()
    {
        var leaky = For(Spec, "{}", new RepairFinding("dead", "merge", "known", 0, "")).Single(each => each.Id == "leaky_relu");

        var operation = Assert.Single(leaky.Patch);
        Assert.Equal(("/architecture/layers/2/activation", "leaky_relu"), ((string)operation!["path"]!, (string)operation["value"]!));
    }

    [Fact]
    public void A_rate_is_lowered_and_the_optimizers_other_options_stay()
    {
        const string settings = """{ "optimizer": { "type": "sgd", "lr": 3, "momentum": 0.5 } }""";
        var slower = For(Spec, settings, new RepairFinding("diverged", null, null, 9, "")).Single(each => each.Id == "lr_10");

        var optimizer = Assert.IsType<SgdSettings>(slower.Settings.Optimizer);
        Assert.Equal((0.3, 0.5), (optimizer.Lr.Given, optimizer.Momentum));
    }

    [Fact]
    public void A_bottleneck_is_widened_to_a_quarter_of_what_is_before_it()
    {
        var spec = Spec.Replace(
            "{ \"name\": \"thin\", \"type\": \"dropout\", \"p\": 0.95 }",
            "{ \"name\": \"thin\", \"type\": \"linear\", \"out_features\": 1 }",
            StringComparison.Ordinal
        );
        var wider = For(spec, "{}", new RepairFinding("concat.bottleneck", "thin", null, 0, ""))[0];

        Assert.Equal(("wider", 6L), (wider.Id, (long)wider.Patch[0]!["value"]!));                  // 24 features meet in it
    }

    [Fact]
    public void A_finding_advises_its_own_changes_and_one_that_only_other_data_mends_none()
    {
        RepairFinding[] findings = [new("dead", "merge", "known", 0, ""), new("unused", "merge", "seen", 0, "")];
        var advice = Advice.For(JsonElement.Parse(Spec), SettingsOf("{}"), BuiltInDataSets.TwoView, findings);

        Assert.Equal(
            ["norm_before_activation,leaky_relu,lr_3,lr_10", ""],
            advice.Select(list => string.Join(',', list.Select(each => each.Id)))
        );
    }

    [Fact]
    public void Of_many_findings_the_first_have_advice()
    {
        var findings = Enumerable.Repeat(new RepairFinding("dead", "merge", "known", 0, ""), Advice.MostFindings + 2).ToList();
        var advice = Advice.For(JsonElement.Parse(Spec), SettingsOf("{}"), BuiltInDataSets.TwoView, findings);

        Assert.Equal(findings.Count, advice.Count);
        Assert.Equal(Advice.MostFindings, advice.Count(list => list.Count > 0));
    }

    private static IReadOnlyList<RepairCandidate> For(string spec, string settings, params RepairFinding[] findings) =>
        RepairCandidates.For(JsonElement.Parse(spec), SettingsOf(settings), BuiltInDataSets.Find("two-view")!, findings);

    private static JsonObject Job(string settings) => new()
    {
        ["architecture"] = JsonNode.Parse(Spec),
        ["settings"] = JsonNode.Parse(SettingsOf(settings).GetRawText()),
    };

    /// <summary>As a job keeps them: every value.</summary>
    private static JsonElement SettingsOf(string json) => TrainingSettings.Read(JsonElement.Parse(json), new Report()).ToJson();
}
