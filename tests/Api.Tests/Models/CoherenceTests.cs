using System.Text.Json;
using ConcatService.Api.Tests.Inference;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Models;

/// <summary>What a version's branches are worth, by what its job measured.</summary>
public sealed class CoherenceTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Spec = """
        { "name": "pair", "inputs": { "image": { "shape": [1, 4, 4] } }, "layers": [
            { "name": "fine", "type": "conv2d", "inputs": ["image"], "out_channels": 2, "kernel_size": 3, "padding": 1 },
            { "name": "coarse", "type": "conv2d", "inputs": ["image"], "out_channels": 2, "kernel_size": 3, "padding": 1 },
            { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
            { "type": "global_avg_pool" }, { "name": "scores", "type": "linear", "out_features": 3 } ] }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_tells_what_each_branch_is_worth_and_whether_they_belong_together()
    {
        await SmallModels.PublishAsync(api, "pair", Spec);
        var before = (await api.GetAsync("/v1/models/pair/versions/1/coherence")).Json;
        Assert.Equal(JsonValueKind.Null, before.GetProperty("step").ValueKind);
        Assert.Equal("unknown", before.GetProperty("merges")[0].GetProperty("together").GetString());

        var fence = (
            await api.Services.GetRequiredService<JobLeases>()
                .ClaimAsync(before.GetProperty("job_id").GetGuid(), new("somewhere", "machine", 4711, "1"), 1, Cancel)
        )!.Value;
        MetricPoint[] points =
        [
            .. Of("fine", ("shuffle_loss_change", .5), ("shuffle_loss_low", .4), ("shuffle_loss_high", .6), ("contribution_share", .7)),
            .. Of("coarse", ("shuffle_loss_change", 0), ("shuffle_loss_low", -.01), ("shuffle_loss_high", .01)),
            .. Of("coarse", ("similarity", .2), ("twin", 0)),
        ];
        await api.Services.GetRequiredService<MetricWriter>().WriteAsync(fence, points, Cancel);

        var answer = (await api.GetAsync("/v1/models/pair/versions/1/coherence")).Json;
        Assert.Equal(("pair", "1", 40), (Text("model"), Text("version"), answer.GetProperty("step").GetInt32()));
        var merge = answer.GetProperty("merges")[0];
        Assert.Equal("no", merge.GetProperty("together").GetString());
        Assert.Equal(
            "The branches of merge do not belong together: the network does with fewer. Without fine the held-out loss rises by 0.500 "
                + "(0.400 to 0.600); nothing is lost without coarse.",
            merge.GetProperty("sentence").GetString()
        );
        var (fine, coarse) = (merge.GetProperty("branches")[0], merge.GetProperty("branches")[1]);
        Assert.Equal(("needed", "spare"), (fine.GetProperty("judgement").GetString(), coarse.GetProperty("judgement").GetString()));
        Assert.Equal(("fine", .7), (coarse.GetProperty("most_alike").GetString(), fine.GetProperty("contribution_share").GetDouble()));
        Assert.Equal(404, (await api.GetAsync("/v1/models/pair/versions/2/coherence")).Status);
        Assert.Equal(404, (await api.GetAsync("/v1/models/pair/versions/1/coherence", api.ForeignKey)).Status);

        string? Text(string field) => answer.GetProperty(field).GetString();

        static IEnumerable<MetricPoint> Of(string branch, params (string Signal, double Value)[] values) =>
            values.Select(each => new MetricPoint($"concat/merge/{branch}/{each.Signal}", 40, each.Value));
    }
}
