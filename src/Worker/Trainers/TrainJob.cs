using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Repairs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Models;
using ConcatService.Training;
using ConcatService.Training.Checkpoints;
using ConcatService.Worker.Memory;

namespace ConcatService.Worker.Trainers;

/// <summary>From a claimed job to a published model.</summary>
internal static class TrainJob
{
    public static async Task<JobFailure?> RunAsync(TrainerContext context)
    {
        var job = context.Job;
        var report = new Report();
        var settings = TrainingSettings.Read(job.Settings, report);
        var source = await TrainingSource.FindAsync(job.Dataset, context.Store);
        var spec = Encoding.UTF8.GetBytes(job.Spec);
        var compiled = source is null ? Compiler.Compile(spec) : SampleSizes.Compile(spec, source.Info);
        if (compiled.Plan is { } planned && source is not null)
            DataSetFit.Check(planned, source.Info, settings, report);
        if (compiled.Plan is not { } plan || source is null || report.HasErrors)
            return Invalid(job, source, compiled.Report.Diagnostics.Concat(report.Diagnostics));

        if (await CheckMemoryAsync(context, plan, source.DataBytes, settings) is { } tooLarge)
            return tooLarge;

        foreach (var warning in compiled.Report.Diagnostics.Where(found => found.Severity == Severity.Warning))
            context.Reporter.Report(LintOf(warning));
        Outcome outcome;
        try
        {
            await source.FetchAsync(context.Store);
            using var fetched = await FetchedWeights.FetchAsync(job, context.Store);
            await using var from = await context.Checkpoints.OpenNewestAsync();
            if (job.Repair is { } order)
                return await RepairJob.RunAsync(context, RepairOrder.Parse(order), source, fetched?.Start);
            var checkpointing = new Checkpointing
            {
                From = from,
                Keep = kept => context.Checkpoints.Take(kept, context.Leave),
                Leave = context.Leave,
            };
            outcome = await TrainingThread.RunAsync(() =>
            {
                using var data = source.Load();
                return TrainingRun.Execute(
                    plan,
                    settings,
                    data,
                    Metadata(job),
                    training => Report(context, training),
                    context.Stop,
                    checkpointing,
                    fetched?.Start
                );
            });
            await context.Checkpoints.FinishAsync();
        }
        catch (WeightsException weights)
        {
            return new(FailureClass.User, weights.Code, weights.Message);
        }
        catch (FileNotFoundException missing)
        {
            return new(FailureClass.Infrastructure, "dataset_missing", missing.Message);
        }
        catch (InvalidDataException damaged)
        {
            return new(FailureClass.Infrastructure, "dataset_damaged", damaged.Message);
        }

        context.Stop.ThrowIfCancellationRequested();
        return outcome switch
        {
            Outcome.Finished finished => await PublishAsync(context, plan, source.Info, finished),
            Outcome.Diverged diverged => new(
                FailureClass.User,
                "diverged",
                diverged.Message,
                JsonSerializer.SerializeToElement(
                    new
                    {
                        step = diverged.Step,
                        what = diverged.What,
                        layer = diverged.Layer,
                        concat = diverged.Concat,
                        branch = diverged.Branch,
                        learning_rate = diverged.LearningRate,
                    }
                )
            ),
            Outcome.NotEqual different => new(
                different.IsOfNetwork ? FailureClass.User : FailureClass.Infrastructure,
                "parity",
                different.Message,
                TrainerJson.Element(
                    new
                    {
                        different.Parity.Samples,
                        different.Parity.MaxAbs,
                        different.Parity.MaxRelativeToPeak,
                        different.Parity.ChangedClasses,
                        different.Layer,
                        different.Cause,
                    }
                )
            ),
            _ => throw new OperationCanceledException(context.Stop),
        };
    }

    /// <summary>
    /// Called on the training thread. After the last step it waits until the job is <c>finalizing</c>: testing and exporting are for a job
    /// that is still ours.
    /// </summary>
    private static void Report(TrainerContext context, TrainingReport report)
    {
        context.Reporter.Report(report);
        if (report is TrainingReport.Finalizing)
            TrainingThread.Wait(context.FinalizeAsync());
    }

    private static TrainingReport.Finding LintOf(Diagnostic warning) =>
        new(
            "lint",
            warning.Code.Name,
            warning.Layer,
            warning.Message,
            new Dictionary<string, object?> { ["path"] = warning.Path.ToString() }
        );

    private static JobFailure Invalid(ClaimedJob job, TrainingSource? source, IEnumerable<Diagnostic> findings)
    {
        var errors = findings.Where(finding => finding.Severity == Severity.Error).Select(finding => finding.Message).ToList();
        if (source is null)
            errors.Add($"The data set {job.Dataset} no longer exists.");
        return new(FailureClass.User, "invalid", $"The job cannot be trained: {string.Join(' ', errors)}");
    }

    /// <summary>
    /// Keeps what the job is expected to need, and refuses it before it takes hold of what is not there. A GPU's memory is not looked at.
    /// </summary>
    private static async Task<JobFailure?> CheckMemoryAsync(TrainerContext context, Plan plan, long dataBytes, TrainingSettings settings)
    {
        if (settings.Device == DeviceKind.Cuda || (settings.Device == DeviceKind.Auto && Machines.This().HasCuda))
            return null;
        var needed = JobMemory.Of(plan, dataBytes, settings, Machines.HasBFloat16);
        var there = new MachineMemory().Bytes;
        await context.PredictAsync(needed.PredictedBytes);
        return needed.Excess(there, "this worker") is { } message
            ? new(
                FailureClass.Resource,
                "memory_exceeded",
                message,
                TrainerJson.Element(
                    new
                    {
                        needed.PredictedBytes,
                        AvailableBytes = there,
                        LargestBatchSize = needed.LargestBatch(there),
                    }
                )
            )
            : null;
    }

    private static async Task<JobFailure?> PublishAsync(TrainerContext context, Plan plan, DataSetInfo data, Outcome.Finished finished)
    {
        using var bytes = new MemoryStream(finished.Onnx);
        var onnx = await context.StoreAsync(bytes);
        var result = finished.Result;
        await context.PublishAsync(
            Version(
                plan,
                data,
                onnx.Sha256,
                result.WeightsSha256,
                result.Test.Named("test").Concat(result.Validation?.Named("validation") ?? []),
                result.Parity
            ) with
            {
                StateReasons = result.Quarantine.Count == 0 ? null : TrainerJson.Element(result.Quarantine).GetRawText(),
            },
            TrainerJson.Element(result).GetRawText()
        );
        return null;
    }

    /// <summary>The version that an exported network becomes.</summary>
    internal static NewModelVersion Version(
        Plan plan,
        DataSetInfo data,
        string onnxSha256,
        string weightsSha256,
        IEnumerable<(string Name, double Value)> metrics,
        Parity parity
    ) =>
        new(
            onnxSha256,
            weightsSha256,
        TrainerJson.Tensors(plan.Inputs.Select(input => (input.Name, input.Shape))),
        TrainerJson.Tensors(plan.Outputs.Select(output => (output.Name, plan.Shapes[output.Wire]))),
        DataBinding.Of(plan, data).Classes(data) is { Count: > 0 } classes ? JsonSerializer.Serialize(classes) : null,
        JsonSerializer.Serialize(metrics.ToDictionary(metric => metric.Name, metric => metric.Value)),
        TrainerJson.Element(parity).GetRawText());

    internal static Dictionary<string, string> Metadata(ClaimedJob job) => new()
    {
        ["job"] = job.Id.ToString(),
        ["dataset"] = job.Dataset,
        ["spec_sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(job.Spec))),
    };
}
