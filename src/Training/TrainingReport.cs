using ConcatService.Domain.Jobs;

namespace ConcatService.Training;

/// <summary>What a training tells while it runs. Whoever listens must return at once: the loop waits for it.</summary>
public abstract record TrainingReport
{
    /// <summary>Before the first step.</summary>
    /// <param name="Settings">As used: no <c>auto</c> left.</param>
    public sealed record Started(
        TrainingSettings Settings,
        TrainingEnvironment Environment,
        long Steps,
        long TrainSamples,
        long ValidationSamples,
        long TestSamples
    ) : TrainingReport;

    /// <summary>One step, or the mean of the steps since the last report where reading every step would hold up a GPU.</summary>
    /// <param name="Number">Steps done, from 1.</param>
    /// <param name="Epoch">From 1.</param>
    /// <param name="SamplesPerSecond">Of these steps.</param>
    /// <param name="MeanSamplesPerSecond">Since the start.</param>
    /// <param name="Remaining">Training steps still to come, at the mean speed.</param>
    public sealed record StepDone(
        long Number,
        long Steps,
        int Epoch,
        int Epochs,
        MetricSet Train,
        double LearningRate,
        double SamplesPerSecond,
        double MeanSamplesPerSecond,
        TimeSpan Remaining
    ) : TrainingReport;

    /// <summary>What was seen of branches and layers in one step.</summary>
    /// <param name="Number">Steps done, from 1.</param>
    /// <param name="Signals">By the names of their series (<see cref="Domain.Telemetry.Signals"/>).</param>
    public sealed record Sampled(long Number, IReadOnlyDictionary<string, double> Signals) : TrainingReport;

    /// <summary>The end of an epoch.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Validation">Null without a validation split.</param>
    /// <param name="IsBest">Whether these are the best weights so far.</param>
    public sealed record EpochDone(
        int Number,
        int Epochs,
        long Step,
        MetricSet Train,
        MetricSet? Validation,
        double SamplesPerSecond,
        bool IsBest
    ) : TrainingReport;

    /// <summary>In place of epochs, where nothing is trained: how good the weights are that the training began with.</summary>
    /// <param name="Validation">Null without a validation split.</param>
    public sealed record Adopted(MetricSet? Validation) : TrainingReport;

    /// <summary>No more epochs follow, although there were to be more.</summary>
    public sealed record EndsEarly(string Reason) : TrainingReport;

    /// <summary>Something about the network, its data or a branch that its owner should know.</summary>
    /// <param name="Type">The event's type: <c>lint</c>, <c>verdict</c> or <c>evaluation_gap</c>.</param>
    /// <param name="Code">Stable, lower case.</param>
    /// <param name="Layer">A layer or input of the spec; null where it is about the whole.</param>
    /// <param name="Message">Where, what, the numbers, what to do.</param>
    /// <param name="Figures">The numbers by name.</param>
    public sealed record Finding(
        string Type, string Code, string? Layer, string Message, IReadOnlyDictionary<string, object?> Figures
    ) : TrainingReport;

    /// <summary>Training is over; what follows is the test, the export and the comparison.</summary>
    public sealed record Finalizing(int ExportedEpoch) : TrainingReport;
}

/// <summary>What the bits of a training depend on besides spec, settings and data.</summary>
/// <param name="Service">The release of ConcatService.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Bf16">Whether the processor multiplies bfloat16 in hardware.</param>
public sealed record TrainingEnvironment(
    string Service,
    string Torch,
    string OnnxRuntime,
    long Threads,
    string Device,
    bool Bf16,
    string DataSha256
);
