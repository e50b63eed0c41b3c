using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Repairs;
using ConcatService.Training.Checkpoints;
using ConcatService.Training.Data;
using ConcatService.Training.Repairs;
using Xunit;

namespace ConcatService.Training.Tests.Repairs;

/// <summary>A race from a checkpoint of a training in which nothing is wrong.</summary>
[Collection("libtorch")]
public sealed class RepairRaceTests
{
    private const string Settings = """
        { "epochs": 8, "batch_size": 64, "threads": 1, "precision": "float32", "checkpoint_every_seconds": 0 }
        """;

    [Fact]
    public void From_a_checkpoint_every_candidate_begins_with_the_same_answers_where_that_is_possible()
    {
        using var data = TestTraining.Pictures();
        var checkpoint = CheckpointOf(data, step: 100);
        var finding = new RepairFinding("scaled", "merge", "fine", 108, "");
        var order = new RepairOrder(Guid.Empty, [finding], [], new(100, ""));
        var settings = TrainingSettings.Read(JsonElement.Parse(Settings), new Report()).ToJson();
        var candidates = RepairCandidates.For(JsonElement.Parse(TestTraining.TwoBranches), settings, data.Info, order.Findings);
        var told = new List<RaceProgress>();

        var report = RepairRace.Run(order, candidates, data, checkpoint, null, told.Add, TestContext.Current.CancellationToken);

        Assert.Equal((100, 256), (report.StartStep, report.ValidationSamples));
        var preserved = report.Candidates.ToDictionary(each => each.Id, each => each.FunctionPreserved);
        Assert.Equal(
            [("batch_norm_ends", true), ("clip", true), ("l2norm", false), ("lr_10", true), ("lr_3", true), ("nothing", true)],
            preserved.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, each.Value!.Value))
        );
        Assert.Equal(3, report.Candidates.Count(each => each.Rounds == 2));
        Assert.All(report.Candidates, each => Assert.Equal(each.Rounds == 2 ? 240 : 80, each.CostSteps));
        Assert.All(report.Candidates.Where(each => each.Accepted), each => Assert.InRange(each.ChangeInterval![1], -10, 0));
        Assert.Equal(report.CostSteps, told.Count(step => !step.IsValidation));
    }

    private static byte[] CheckpointOf(DataSet data, long step)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var kept = new MemoryStream();
        var checkpointing = new Checkpointing
        {
            Keep = state =>
            {
                if (state.Step != step)
                    return true;
                state.Write(kept);
                stop.Cancel();
                return true;
            },
        };
        var outcome = TrainingRun.Execute(
            TestTraining.Plan(TestTraining.TwoBranches),
            TestTraining.Settings(Settings),
            data,
            new Dictionary<string, string>(),
            _ => { },
            stop.Token,
            checkpointing
        );
        Assert.IsType<Outcome.Cancelled>(outcome);
        return kept.ToArray();
    }
}
