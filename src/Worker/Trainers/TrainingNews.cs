using System.Globalization;
using ConcatService.Persistence.Jobs;
using ConcatService.Training;

namespace ConcatService.Worker.Trainers;

/// <summary>What the training tells, as metrics, progress and events of its job.</summary>
internal sealed class TrainingNews(TrainerContext context)
{
    private int _epochs;

    /// <summary>Called on the training's thread. Waits for the database at the start and at the end, never in between.</summary>
    public void Tell(TrainingReport report)
    {
        switch (report)
        {
            case TrainingReport.Started started:
                _epochs = (int)started.Settings.Epochs;
                context
                    .DescribeAsync(started.Settings.ToJson().GetRawText(), TrainerJson.Element(started.Environment).GetRawText())
                    .GetAwaiter()
                    .GetResult();
                Event(
                    "training_started",
                    $"{started.TrainSamples:N0} samples to train on, {started.ValidationSamples:N0} to choose the best weights, "
                        + $"{started.TestSamples:N0} to test; {started.Steps:N0} steps.",
                    new
                    {
                        train_samples = started.TrainSamples,
                        validation_samples = started.ValidationSamples,
                        test_samples = started.TestSamples,
                        steps = started.Steps,
                    }
                );
                break;
            case TrainingReport.StepDone step:
                context.Report(
                    step.Number,
                    [.. step.Train.Named("train"), ("learning_rate", step.LearningRate), ("samples_per_second", step.SamplesPerSecond)]
                );
                context.Report(new JobProgress(step.Epoch, _epochs, step.Number, step.Steps, step.MeanSamplesPerSecond, step.Remaining));
                break;
            case TrainingReport.Sampled sampled:
                context.Report(sampled.Number, [.. sampled.Signals.Select(signal => (signal.Key, signal.Value))]);
                break;
            case TrainingReport.EpochDone epoch:
                context.Report(epoch.Step, [.. epoch.Train.Named("epoch_train"), .. epoch.Validation?.Named("validation") ?? []]);
                Event(
                    "epoch_done",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Epoch {epoch.Number} of {epoch.Epochs}: {epoch.Train} in "
                            + $"training{(epoch.Validation is null ? "" : $"; {epoch.Validation} in validation")}; "
                            + $"{epoch.SamplesPerSecond:N0} samples per second."
                    ),
                    epoch
                );
                break;
            case TrainingReport.EndsEarly early:
                Event("ends_early", early.Reason, early);
                break;
            case TrainingReport.Finalizing finalizing:
                Event("training_done", $"The weights of epoch {finalizing.ExportedEpoch} are tested, exported and compared.", finalizing);
                context.FinalizeAsync().GetAwaiter().GetResult();
                break;
            default:
                throw new InvalidOperationException($"Nobody knows {report.GetType()}.");
        }
    }

    private void Event<T>(string type, string message, T data) =>
        context.Report(new NewEvent("info", type, message, TrainerJson.Element(data).GetRawText()));
}
