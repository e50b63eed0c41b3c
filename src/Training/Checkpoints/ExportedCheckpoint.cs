using System.Globalization;
using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Training.Data;
using ConcatService.Training.Onnx;
using ConcatService.Training.Optimizers;
using static TorchSharp.torch;

namespace ConcatService.Training.Checkpoints;

/// <summary>A checkpoint as a model, and how far it is from what was trained.</summary>
/// <param name="Validation">On the validation split; null where there is none. The test split is not looked at: nobody shall choose a
/// checkpoint by it.</param>
public sealed record ExportedCheckpoint(byte[] Onnx, string WeightsSha256, MetricSet? Validation, Parity Parity)
{
    /// <summary>
    /// Makes the model that the training had at the checkpoint's step, or the average of its weights where it keeps one. On the calling
    /// thread, on the CPU and one core of it, whatever it is trained on: the training may still be running beside this.
    /// </summary>
    /// <param name="plan">The job's.</param>
    /// <param name="data">The job's; stays the caller's.</param>
    /// <param name="metadata">Kept in the model beside what is known here.</param>
    /// <param name="checkpoint">Read from where it stands.</param>
    /// <param name="stop">Looked at between batches.</param>
    /// <param name="start">What the job began with, for what inputs are normalized by; null for random weights.</param>
    public static ExportedCheckpoint Make(
        Plan plan,
        DataSet data,
        IReadOnlyDictionary<string, string> metadata,
        Stream checkpoint,
        CancellationToken stop,
        WeightsPlan? start = null
    )
    {
        var kept = TrainingState.Read(checkpoint);
        var settings = TrainingSettings.Read(kept.Settings, new Report()) with { Device = DeviceKind.Cpu };
        set_num_threads(1);
        using var model = new TorchModel(plan);
        using var prepared = new TrainingData(data, settings, plan, CPU);
        var normalization = prepared.Normalization(settings, start);
        foreach (var (input, statistics) in normalization)
            model.Normalize(input, statistics);
        Fill(model, settings, checkpoint);

        var batchSize = Evaluation.BatchSize(settings);
        var validation =
            prepared.ValidationCount == 0
                ? null
                : Evaluation.Of(Network.Of(model, data.Info, settings.Loss), prepared.Validation(batchSize), stop);
        return Write(model, normalization, prepared, validation, metadata, batchSize);
    }

    private static void Fill(TorchModel model, TrainingSettings settings, Stream checkpoint)
    {
        using var optimizer = Optimizer.For(settings.Optimizer, model);
        using var average = settings.Ema is { } ema ? new ExponentialMovingAverage(ema, model) : null;
        TrainingState.Fill(checkpoint, TrainingState.Tensors(model, optimizer, average, best: null));
        average?.Swap();
    }

    private static ExportedCheckpoint Write(
        TorchModel model,
        Dictionary<string, Normalization> normalization,
        TrainingData data,
        MetricSet? validation,
        IReadOnlyDictionary<string, string> metadata,
        long batchSize
    )
    {
        var sha256 = WeightsHash.Of(model);
        var known = new Dictionary<string, string>(metadata)
        {
            ["classes"] = JsonSerializer.Serialize(data.Classes),
            ["weights_sha256"] = sha256,
        };
        foreach (var (name, value) in validation?.Named("validation") ?? [])
            known[name] = value.ToString(CultureInfo.InvariantCulture);
        var onnx = ModelExport.Write(model, normalization, known);
        using var scope = NewDisposeScope();
        return new(onnx, sha256, validation, ParityGate.Compare(model, onnx, batchSize, data.Test(ParityGate.Samples).First()().Inputs));
    }
}
