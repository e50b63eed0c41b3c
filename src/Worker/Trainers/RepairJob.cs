using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Repairs;
using ConcatService.Domain.Specs;
using ConcatService.Training;
using ConcatService.Training.Repairs;

namespace ConcatService.Worker.Trainers;

/// <summary>
/// A claimed job that looks for a repair of another: from its findings to a report. It keeps no checkpoint; an attempt after a lost one
/// begins anew, and comes to the same end.
/// </summary>
internal static class RepairJob
{
    public static async Task<JobFailure?> RunAsync(TrainerContext context, RepairOrder order, TrainingSource source, StartWeights? weights)
    {
        var job = context.Job;
        using var spec = JsonDocument.Parse(
            Encoding.UTF8.GetBytes(job.Spec),
            new JsonDocumentOptions { MaxDepth = SpecReader.MaxJsonDepth }
        );
        var candidates = RepairCandidates.For(spec.RootElement, job.Settings, source.Info, order.Findings);
        if (RepairRace.Refusal(candidates[^1].Settings, source.Info) is { } refusal)
            return new(FailureClass.User, "repair.no_race", refusal);

        var checkpoint = order.Checkpoint is { } start ? await CheckpointAsync(context.Store, start) : null;
        Tell(context, "race_started", $"{candidates.Count} candidates are raced: {string.Join(", ", candidates.Select(each => each.Id))}.",
            new { candidates = candidates.Select(each => new { each.Id, each.Why, each.Patch }) });
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.Stop, context.Leave);
        var report = await TrainingThread.RunAsync(() =>
        {
            using var data = source.Load();
            return RepairRace.Run(order, candidates, data, checkpoint, weights, step => Report(context, step), either.Token);
        });
        if (report.Body is { } body)
        {
            body["dataset"] = job.Dataset;
            body["model_name"] = job.ModelName;
        }

        Tell(context, "repair_done", report.Conclusion, new { report.Accepted });
        await context.FinalizeAsync("The race is over; its report is written.");
        await context.SucceedAsync(
            TrainerJson.Element(new { Repair = report }).GetRawText(),
            report.Accepted is null ? "No repair was proven." : $"The repair '{report.Accepted}' is proven."
        );
        return null;
    }

    /// <summary>Null where it is gone, or not what was stored: the race then begins at the beginning.</summary>
    private static async Task<byte[]?> CheckpointAsync(TeamStore store, RepairStart start)
    {
        using var bytes = new MemoryStream();
        return await store.CopyToAsync(start.Sha256, bytes)
            && Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())) == start.Sha256
            ? bytes.ToArray()
            : null;
    }

    /// <summary>Called on the training thread.</summary>
    private static void Report(TrainerContext context, RaceProgress step)
    {
        var name = $"race/{step.Candidate}/{step.Seed}/{(step.IsValidation ? "validation_loss" : "train_loss")}";
        context.Reporter.Report(new JobReport.Metric(new(name, step.Step, step.Loss)));
        context.Reporter.Report(new JobReport.Progress(new(1, 1, step.Done, step.Planned, null, null)));
    }

    private static void Tell<T>(TrainerContext context, string type, string message, T data) =>
        context.Reporter.Report(new JobReport.Event(new("info", type, message, TrainerJson.Element(data).GetRawText())));
}
