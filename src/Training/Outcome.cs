using System.Globalization;
using System.Text.Json.Serialization;

namespace ConcatService.Training;

/// <summary>How a training ended. What is no value here (out of memory, a broken file) is an exception.</summary>
public abstract record Outcome
{
    /// <summary>A model that is proven to compute what was trained.</summary>
    /// <param name="Onnx">The model's bytes, with normalization inside and metadata.</param>
    public sealed record Finished(TrainingResult Result, byte[] Onnx) : Outcome;

    /// <summary>
    /// The loss or its gradient is not a finite number: a finding about the network and its settings. The step was not taken.
    /// </summary>
    /// <param name="What"><c>loss</c> or <c>gradient</c>.</param>
    /// <param name="Step">From 1; on a GPU, where the loss is read every few steps, up to that many later than it happened.</param>
    /// <param name="Layer">The first layer whose output was not finite, or the last one where only the loss was not; of a gradient the last
    /// layer whose own was not.</param>
    /// <param name="Concat">The concat that the layer reaches by one branch alone; null where there is none.</param>
    /// <param name="Branch">That branch.</param>
    public sealed record Diverged(string What, long Step, string Layer, string? Concat, string? Branch, double LearningRate) : Outcome
    {
        public string Message =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"Training diverged at step {Step}: the {What} is not a finite number, and it began at layer "
                    + $"'{Layer}'{(Concat is null ? "" : $", in branch '{Branch}' of concat '{Concat}'")}. "
            )
            + string.Create(
                CultureInfo.InvariantCulture,
                $"The learning rate was {LearningRate:g3}: lower optimizer.lr (try {LearningRate / 10:g3}), set gradient_clip to {{ "
                    + $"\"norm\": 1 }}, or put batch_norm behind the convolutions."
            );
    }

    /// <summary>The exported model does not compute what was trained.</summary>
    /// <param name="Layer">The layer that magnifies rounding most; null where none does, and the export itself is wrong.</param>
    /// <param name="Cause">Why, a clause about that layer; null without one.</param>
    public sealed record NotEqual(Parity Parity, string? Layer = null, string? Cause = null) : Outcome
    {
        /// <summary>Whether the network is at fault and not the export.</summary>
        public bool IsOfNetwork => Layer is not null;

        public string Message =>
            Parity.File is { Holds: false } file
                ? $"The network with the weights of the uploaded file differs from the file itself on {file.Samples} samples: largest "
                    + $"difference {file.MaxAbs:g3}, {file.MaxRelativeToPeak:g3} of the largest output (allowed: "
                    + $"{Training.Parity.Tolerance:g1}); {file.ChangedClasses} classes changed."
            : Cause is null ? OfExport
            : $"{OfExport} The network is at fault, not the export: {Cause}. Check the input that it is computed from for values that are "
                + "the same in every sample, and remove it, or put the norm behind a layer whose outputs vary.";

        private string OfExport =>
            $"The exported model differs from the trained one on {Parity.Samples} samples: largest difference {Parity.MaxAbs:g3}, "
            + $"{Parity.MaxRelativeToPeak:g3} of the largest output (allowed: {Training.Parity.Tolerance:g1}); {Parity.ChangedClasses} "
            + $"classes changed.";
    }

    /// <summary>Someone asked for the end.</summary>
    public sealed record Cancelled : Outcome;
}

/// <summary>
/// What a finished training is worth. Test figures are of the float32 module in evaluation mode, with the exported weights.
/// </summary>
/// <param name="TestAccuracy">Null where the network has not one output that tells classes apart.</param>
/// <param name="Test">With the metrics of every output.</param>
/// <param name="Validation">Null without a validation split.</param>
/// <param name="Epoch">The epoch that the exported weights are of, from 1; 0 where nothing was trained.</param>
/// <param name="SamplesPerSecond">Training steps only.</param>
/// <param name="TelemetryOverhead">What watching branches and layers cost, as a share of the time of all steps.</param>
/// <param name="PeakMemoryBytes">The most that was ever resident of this process; null where the system does not say.</param>
/// <param name="WeightsSha256">Over parameters and buffers in declared order, float32 little-endian, and nothing else; lower-case
/// hex.</param>
public sealed record TrainingResult(
    double? TestAccuracy,
    double TestLoss,
    MetricSet Test,
    MetricSet? Validation,
    int Epoch,
    double SamplesPerSecond,
    double TelemetryOverhead,
    long? PeakMemoryBytes,
    Parity Parity,
    string WeightsSha256
)
{
    /// <summary>Why the version is no one that callers should get by default; empty where nothing speaks against it.</summary>
    public IReadOnlyList<QuarantineReason> Quarantine { get; init; } = [];
}

/// <summary>The exported model in ONNX Runtime against the trained module, on held-out samples.</summary>
/// <param name="MaxAbs">The largest difference of two outputs.</param>
/// <param name="MaxRelativeToPeak">The same, divided by the largest output in size.</param>
/// <param name="ChangedClasses">Samples whose best class changed although their two best scores are further apart than the
/// tolerance.</param>
public sealed record Parity(int Samples, double MaxAbs, double MaxRelativeToPeak, int ChangedClasses)
{
    /// <summary>30 times what was measured between two correct programs (docs/decisions), and far below what any mistake costs.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>
    /// Where a whole ONNX file was brought: the same comparison between the network and that file, whose weights it has. Null elsewhere.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Parity? File { get; init; }

    [JsonIgnore]
    public bool Holds => MaxRelativeToPeak <= Tolerance && ChangedClasses == 0 && File?.Holds != false;
}
