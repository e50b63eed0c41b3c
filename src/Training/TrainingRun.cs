using System.Globalization;
using System.Text.Json;
using ConcatService.Domain;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Checkpoints;
using ConcatService.Training.Data;
using ConcatService.Training.Onnx;
using ConcatService.Training.Optimizers;
using ConcatService.Training.Telemetry;
using TorchSharp;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>One training from the first step to a proven model: trains, tests, exports, compares.</summary>
public static class TrainingRun
{
    /// <summary>
    /// Trains on the calling thread and returns when all is over. Sets libtorch's thread count and random generator, which belong to the
    /// process.
    /// </summary>
    /// <param name="plan">Fits the data (<see cref="Domain.Jobs.DataSetFit"/>).</param>
    /// <param name="settings">As asked; resolved here, and reported.</param>
    /// <param name="data">Stays the caller's; copied to the device, if that is not the CPU.</param>
    /// <param name="metadata">Kept in the model beside what is known here: spec hash, job.</param>
    /// <param name="report">Called on this thread.</param>
    /// <param name="stop">Looked at every step.</param>
    /// <param name="checkpointing">Null keeps nothing.</param>
    /// <param name="start">The weights to begin with; null for random ones.</param>
    /// <exception cref="InvalidOperationException">The settings ask for CUDA and there is none.</exception>
    public static Outcome Execute(
        Plan plan,
        TrainingSettings settings,
        DataSet data,
        IReadOnlyDictionary<string, string> metadata,
        Action<TrainingReport> report,
        CancellationToken stop,
        Checkpointing? checkpointing = null,
        StartWeights? start = null
    )
    {
        var machine = Machines.This();
        var binding = DataBinding.Of(plan, data.Info);
        var kept = checkpointing?.From is { } from ? TrainingState.Read(from) : null;
        settings = kept is null
            ? settings.Resolve(machine, binding.Outputs(plan, data.Info))
            : TrainingSettings.Read(kept.Settings, new Report());
        if (settings.Device == DeviceKind.Cuda && !machine.HasCuda)
            throw new InvalidOperationException("The settings ask for the device 'cuda', and this worker has none.");
        var device = settings.Device == DeviceKind.Cuda ? CUDA : CPU;
        set_num_threads((int)settings.Threads.Given!.Value);
        random.manual_seed(settings.Seed);

        using var model = new TorchModel(plan, device);
        using var prepared = new TrainingData(data, settings, plan, device);
        var outputs = binding.Outputs(plan, data.Info);
        settings = settings with
        {
            Loss = settings.Loss.Balanced(
                [.. outputs.Select(output => output.Output)],
                i => prepared.ClassCounts(i, outputs[i].Target.Classes.Count)
            ),
        };
        Initializers.Fill(model, settings.Initialization);
        start?.Fill(model);
        LayerRates.Freeze(model, settings);
        var normalization = prepared.Normalization(settings, start?.Plan);
        foreach (var (input, statistics) in normalization)
            model.Normalize(input, statistics);

        var network = Network.Of(model, data.Info, settings.Loss, settings.Recompute);
        try
        {
            var (trained, diverged) = settings.Epochs == 0 ? (Adopt(), null) : Train();
            return diverged
                ?? Finish(network, normalization, prepared, Evaluation.BatchSize(settings), trained!, metadata, report, start, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || checkpointing?.Leave.IsCancellationRequested == true)
        {
            return new Outcome.Cancelled();
        }

        Trained Adopt()
        {
            report(Started(0));
            var validation =
                prepared.ValidationCount == 0
                    ? null
                    : Evaluation.Of(network, prepared.Validation(Evaluation.BatchSize(settings)), stop);
            report(new TrainingReport.Adopted(validation));
            report(new TrainingReport.Finalizing(0));
            return new(0, validation, null, 0, 0, []);
        }

        TrainingReport.Started Started(long steps) =>
            new(
                settings,
                EnvironmentOf(settings, machine, data),
                steps,
                prepared.TrainCount,
                prepared.ValidationCount,
                data.Test.Count
            );

        // Of the training only the weights are left when this returns: writing and comparing the model need the memory of gradients and
        // moments.
        (Trained?, Outcome.Diverged?) Train()
        {
            using var progress = new TrainingProgress(network, settings);
            if (kept is not null)
                progress.Resume(kept, checkpointing!.From!);
            var checkpoints = new CheckpointSchedule(checkpointing, settings.CheckpointEverySeconds);
            var loop = new TrainingLoop(network, settings, prepared, progress, checkpoints, report, stop);
            report(Started(loop.Steps));
            if (kept is null)
                InputLint.Of(data, plan, settings.Normalize).ForEach(report);
            var (best, diverged) = loop.Run();
            if (best is null)
                return (null, diverged);
            using (best)
                best.Restore(model);
            report(new TrainingReport.Finalizing(best.Epoch));
            return (new(best.Epoch, best.Validation, loop.Train, loop.SamplesPerSecond, loop.TelemetryOverhead, loop.Alarms), null);
        }
    }

    private static Outcome Finish(
        Network network,
        Dictionary<string, Normalization> normalization,
        TrainingData data,
        long batchSize,
        Trained trained,
        IReadOnlyDictionary<string, string> metadata,
        Action<TrainingReport> report,
        StartWeights? start,
        CancellationToken stop
    )
    {
        var model = network.Model;
        NativeHeap.Trim();
        using var counts = new AnswerCounts(network, data.Targets);
        var test = Evaluation.Of(network, data.Test(batchSize), stop, counts);
        if (trained.Train is { } train && EvaluationGap.Of(network, train, test) is { } gap)
            report(gap);
        IReadOnlyList<QuarantineReason> quarantine = trained.Train is null
            ? []
            : [.. Soundness.Of(network, data, batchSize, stop), .. trained.Alarms.Select(QuarantineReason.Of)];
        var sha256 = WeightsHash.Of(model);
        var known = new Dictionary<string, string>(metadata)
        {
            ["classes"] = JsonSerializer.Serialize(data.Classes),
            ["weights_sha256"] = sha256,
        };
        foreach (var (name, value) in test.Named("test"))
            known[name] = value.ToString(CultureInfo.InvariantCulture);
        var onnx = ModelExport.Write(model, normalization, known);

        using var scope = NewDisposeScope();
        var samples = data.Test(ParityGate.Samples).First()().Inputs;
        var parity = ParityGate.Compare(model, onnx, batchSize, samples);
        if (!parity.Holds)
        {
            var cause = RoundingGrowth.Worst(model, samples);
            return new Outcome.NotEqual(parity, cause?.Layer, cause?.ToString());
        }

        if (start is { Plan.CompareWithFile: true })
            parity = parity with { File = FileParity.Compare(model, File.ReadAllBytes(start.Path), batchSize, samples) };
        if (!parity.Holds)
            return new Outcome.NotEqual(parity);
        var result = new TrainingResult(
            test.Metrics.TryGetValue("accuracy", out var accuracy) ? accuracy : null,
            test.Loss,
            test,
            trained.Validation,
            trained.Epoch,
            trained.SamplesPerSecond,
            trained.TelemetryOverhead,
            ProcessMemory.PeakBytes(),
            parity,
            sha256
        )
        {
            Quarantine = quarantine,
        };
        return new Outcome.Finished(result, onnx, data.TestAnswers(counts.Read()));
    }

    private static TrainingEnvironment EnvironmentOf(TrainingSettings settings, Machine machine, DataSet data) =>
        new(
            Release.Version,
            Version.Parse(torch.__version__).ToString(3),
            OnnxSession.Version,
            settings.Threads.Given!.Value,
            settings.Device == DeviceKind.Cuda ? "cuda" : "cpu",
            machine.HasBFloat16,
            data.Sha256
        );

    /// <summary>What is known of the weights that the model has now.</summary>
    private sealed record Trained(
        int Epoch,
        MetricSet? Validation,
        MetricSet? Train,
        double SamplesPerSecond,
        double TelemetryOverhead,
        IReadOnlyList<Verdict> Alarms
    );
}
