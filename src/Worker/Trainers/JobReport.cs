using System.Globalization;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using ConcatService.Training;

namespace ConcatService.Worker.Trainers;

/// <summary>One thing that a job reports, as the database stores it.</summary>
internal abstract record JobReport
{
    /// <summary>What is used for training: every setting with its value, library versions, threads, device.</summary>
    public sealed record Facts(JobFacts Value) : JobReport;

    /// <summary>A value of a series. The first one makes the job <c>running</c>.</summary>
    public sealed record Metric(MetricPoint Value) : JobReport;

    /// <summary>How far the job is; the newest wins.</summary>
    public sealed record Progress(JobProgress Value) : JobReport;

    /// <summary>Something that the owner reads.</summary>
    public sealed record Event(NewEvent Value) : JobReport;

    /// <summary>Asks for a sign when everything before is written.</summary>
    public sealed record Flush(TaskCompletionSource Written) : JobReport;

    /// <summary>What a training reports, as reports of its job.</summary>
    public static IEnumerable<JobReport> Of(TrainingReport report) => report switch
    {
        TrainingReport.Started started => [FactsOf(started), Told("training_started", Text(started), Counts(started))],
        TrainingReport.StepDone step => [.. Metrics(step.Number, Series(step)), ProgressOf(step)],
        TrainingReport.Sampled sampled => Metrics(sampled.Number, sampled.Signals.Select(signal => (signal.Key, signal.Value))),
        TrainingReport.EpochDone epoch => [.. Metrics(epoch.Step, Series(epoch)), Told("epoch_done", Text(epoch), epoch)],
        TrainingReport.Finding finding => [Warned(finding)],
        TrainingReport.Adopted adopted => [.. Metrics(0, Series(adopted)), Told("weights_adopted", Text(adopted), adopted)],
        TrainingReport.EndsEarly early => [Told("ends_early", early.Reason, early)],
        TrainingReport.Finalizing finalizing => [Told("training_done", Text(finalizing), finalizing)],
        _ => throw new InvalidOperationException($"Unhandled report type {report.GetType()}."),
    };

    private static IEnumerable<JobReport> Metrics(long step, IEnumerable<(string Name, double Value)> values) =>
        values.Select(each => new Metric(new(each.Name, step, each.Value)));

    private static IEnumerable<(string, double)> Series(TrainingReport.StepDone step) =>
        [.. step.Train.Named("train"), ("learning_rate", step.LearningRate), ("samples_per_second", step.SamplesPerSecond)];

    private static IEnumerable<(string, double)> Series(TrainingReport.EpochDone epoch) =>
        [.. epoch.Train.Named("epoch_train"), .. epoch.Validation?.Named("validation") ?? []];

    private static IEnumerable<(string, double)> Series(TrainingReport.Adopted adopted) =>
        [("learning_rate", 0), .. adopted.Validation?.Named("validation") ?? []];

    private static string Text(TrainingReport.Adopted adopted)
    {
        var validation = adopted.Validation is null ? "" : $"; {adopted.Validation} in validation";
        return $"Nothing is trained: the initial weights are taken as they are{validation}.";
    }

    private static Facts FactsOf(TrainingReport.Started started) =>
        new(new(started.Settings.ToJson().GetRawText(), TrainerJson.Element(started.Environment).GetRawText()));

    private static Progress ProgressOf(TrainingReport.StepDone step) =>
        new(new(step.Epoch, step.Epochs, step.Number, step.Steps, step.MeanSamplesPerSecond, step.Remaining));

    private static object Counts(TrainingReport.Started started) =>
        new { started.TrainSamples, started.ValidationSamples, started.TestSamples, started.Steps };

    private static Event Told<T>(string type, string message, T data) =>
        new(new("info", type, message, TrainerJson.Element(data).GetRawText()));

    private static Event Warned(TrainingReport.Finding finding) =>
        new(new(
            "warning",
            finding.Type,
            finding.Message,
            TrainerJson.Element(
                new Dictionary<string, object?>(finding.Figures) { ["code"] = finding.Code, ["layer"] = finding.Layer }
            ).GetRawText()
        ));

    private static string Text(TrainingReport.Started started) => string.Create(
        CultureInfo.InvariantCulture,
        $"{started.TrainSamples:N0} training, {started.ValidationSamples:N0} validation and {started.TestSamples:N0} test samples; "
            + $"{started.Steps:N0} steps.");

    private static string Text(TrainingReport.EpochDone epoch)
    {
        var validation = epoch.Validation is null ? "" : $"; {epoch.Validation} in validation";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Epoch {epoch.Number} of {epoch.Epochs}: {epoch.Train} in training{validation}; "
                + $"{epoch.SamplesPerSecond:N0} samples per second.");
    }

    private static string Text(TrainingReport.Finalizing finalizing)
    {
        var weights = finalizing.ExportedEpoch == 0 ? "initial weights" : $"weights of epoch {finalizing.ExportedEpoch}";
        return $"The {weights} are tested, exported and compared.";
    }
}
