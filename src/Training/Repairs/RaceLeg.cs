using System.Diagnostics;
using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Repairs;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Checkpoints;
using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Repairs;

/// <summary>One candidate with one seed: trained for a while, judged, kept in a file, trained on.</summary>
internal sealed class RaceLeg(RepairCandidate candidate, TrainingSettings settings, long seed) : IDisposable
{
    /// <summary>Validation samples by which candidates are compared, at most.</summary>
    public const long MostSamples = 2048;

    /// <summary>In place of a loss that is no number, or larger: so that a mean is one.</summary>
    private const double WorstLoss = 1e6;

    private readonly FileStream _kept = Nameless();
    private readonly Dictionary<string, List<double>> _series = [];

    public RepairCandidate Candidate => candidate;

    /// <summary>Steps trained in this race.</summary>
    public long Steps { get; private set; }

    public TimeSpan Spent { get; private set; }

    /// <summary>The loss of each validation sample at the end of the last round.</summary>
    public double[] Losses { get; private set; } = [];

    /// <summary>At the end of the last round; the higher, the better.</summary>
    public double Score { get; private set; }

    /// <summary>Of the first answers; null where the race began with random weights.</summary>
    public double? FirstDifference { get; private set; }

    /// <summary>Whether the loss or its gradient stopped being a number; the step was not taken.</summary>
    public bool HasDiverged { get; private set; }

    /// <summary>What speaks against the weights at the end of the last round.</summary>
    public IReadOnlyList<QuarantineReason> Unsound { get; private set; } = [];

    private TrainingSettings Settings { get; } = settings with { Telemetry = TelemetryMode.Dense, Ema = null, Export = Export.Last };

    public double MeanLoss => Losses.Average();

    /// <summary>Trains up to a step of the race and judges.</summary>
    /// <param name="until">Steps since the start.</param>
    /// <param name="length">Of the whole race, which the schedule is fitted to where it starts at the beginning.</param>
    /// <param name="told">Gets each step's number in the race, from 1, and its loss.</param>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public void Run(
        DataSet data, RaceStart start, WeightsPlan? weights, long until, long length, Action<long, double> told,
        CancellationToken stop
    )
    {
        var watch = Stopwatch.StartNew();
        var device = Settings.Device == DeviceKind.Cuda ? CUDA : CPU;
        using var prepared = new TrainingData(data, Settings, candidate.Plan, device, order: seed);
        var resolved = Settings with
        {
            Loss = Settings.Loss.Balanced(
                [.. candidate.Plan.Outputs.Select(output => output.Name)],
                i => prepared.ClassCounts(i, OutputsOf(data)[i].Target.Classes.Count)
            ),
        };
        using var model = new TorchModel(candidate.Plan, device);
        foreach (var (input, statistics) in prepared.Normalization(resolved, weights))
            model.Normalize(input, statistics);
        var network = Network.Of(model, data.Info, resolved.Loss, resolved.Recompute);
        if (_kept.Length == 0)
            Begin(network, prepared, data, start, weights, device);
        Optimizers.LayerRates.Freeze(model, resolved);
        using var progress = new TrainingProgress(network, resolved);
        if (_kept.Length > 0)
        {
            _kept.Position = 0;
            progress.Resume(TrainingState.Read(_kept), _kept);
        }
        else
        {
            progress.Step = start.Step;
            random.manual_seed(seed);
        }

        Train(network, prepared, progress, resolved, start, until, length, told, stop);
        _kept.SetLength(0);
        progress.Write(_kept);
        Judge(network, prepared, resolved, stop);
        Spent += watch.Elapsed;
    }

    /// <summary>
    /// Whether a verdict stands at the end of what was trained, or cannot be judged: the merge is not watched any more, or has too few
    /// samples.
    /// </summary>
    /// <param name="merge">Its name; a fusion's parts are named behind it.</param>
    /// <param name="branch">Its number; null: any.</param>
    public bool Stands(string code, string merge, int? branch)
    {
        var nodes = ConcatNode.Of(candidate.Plan)
            .Where(node => node.Name == merge || node.Name.StartsWith($"{merge}/", StringComparison.Ordinal))
            .ToList();
        foreach (var node in nodes)
        {
            var taken = _series.GetValueOrDefault(Signals.ActivationRms.SeriesOf(node, node.Branches[0]));
            if (taken is null || taken.Count < Verdicts.Window)
                return true;
            var verdicts = Verdicts.Of(node, (each, signal) => _series.GetValueOrDefault(signal.SeriesOf(node, each)) ?? []);
            if (verdicts.Where((_, i) => branch is null || branch == i).Any(found => found.Any(verdict => verdict.Code == code)))
                return true;
        }

        return nodes.Count == 0;
    }

    /// <summary>Whether a verdict stands at any merge.</summary>
    public bool StandsAnywhere(string code) => ConcatNode.Of(candidate.Plan).Any(node => Stands(code, node.Name, null));

    public void Dispose() => _kept.Dispose();

    private void Begin(Network network, TrainingData prepared, DataSet data, RaceStart start, WeightsPlan? weights, Device device)
    {
        using var unchanged = start.Make(seed, device);
        Initializers.Fill(network.Model, Settings.Initialization);
        SameStart.Copy(unchanged, network.Model);
        if (start.Checkpoint is null)
            return;
        using var scope = NewDisposeScope();
        using var original = new TrainingData(data, start.Settings, start.Plan, device);
        foreach (var (input, statistics) in original.Normalization(start.Settings, weights))
            unchanged.Normalize(input, statistics);
        var batch = prepared.Some(512);
        SameStart.Calibrate(unchanged, network.Model, batch);
        FirstDifference = SameStart.Difference(Network.Of(unchanged, data.Info, start.Settings.Loss), network, batch);
    }

    private void Train(
        Network network, TrainingData prepared, TrainingProgress progress, TrainingSettings used, RaceStart start, long until, long length,
        Action<long, double> told, CancellationToken stop
    )
    {
        var perEpoch = ((prepared.TrainCount / used.BatchSize) + used.Accumulate - 1) / used.Accumulate;
        var all = used.Epochs * perEpoch;
        using var meter = new Meter(network);
        network.Model.Precision = used.Precision == Precision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        network.Model.Training = true;
        progress.Clock.Start();
        while (progress.Step - start.Step < until && !HasDiverged)
        {
            var epoch = (int)(progress.Step / perEpoch) + 1;
            foreach (var group in prepared.Epoch(epoch, used.BatchSize, used.Accumulate, progress.Step % perEpoch))
            {
                // From the beginning, the whole schedule in small: a warmup alone would not show what its peak does.
                var at = start.Step > 0 ? progress.Step : progress.Step * all / length;
                var warmup = used.Schedule.WarmupEpochs.Given!.Value * perEpoch;
                var rate = used.Schedule.RateAt(used.Optimizer.Lr.Given!.Value, at, warmup, all, perEpoch);
                progress.Clock.StartStep();
                if (Step(network, progress, used, group, rate, meter, stop) is not { } loss)
                {
                    HasDiverged = true;
                    return;
                }

                progress.Clock.StopStep();
                told(progress.Step - start.Step, loss);
                Steps++;
                if (progress.Step - start.Step >= until)
                    break;
            }
        }
    }

    /// <summary>The loss before the step; null where it or its gradient is not a number.</summary>
    private double? Step(
        Network network, TrainingProgress progress, TrainingSettings used, Func<Batch>[] group, double rate, Meter meter,
        CancellationToken stop
    )
    {
        using var scope = NewDisposeScope();
        var (optimizer, sampler) = (progress.Optimizer, progress.Sampler);
        optimizer.ZeroGradient();
        var divisors = group.Length == 1 ? [] : network.Divisors(group);
        foreach (var take in group.SkipLast(1))
        {
            using var inner = NewDisposeScope();
            network.Backward(Forward(take(), null));
        }

        var last = group[^1]();
        sampler.Begin(progress.Step + 1, long.MaxValue, progress.Clock.InSteps, last.Targets);
        var loss = Forward(last, sampler);
        var read = meter.Read();
        if (!read.IsFinite)
            return null;
        network.Backward(loss);
        if (!optimizer.IsGradientFinite())
            return null;
        sampler.Measure(optimizer);
        optimizer.Clip(used.GradientClip);
        optimizer.Step(rate);
        progress.Step++;
        foreach (var (name, value) in sampler.End(progress.Clock.InSteps) ?? new Dictionary<string, double>())
        {
            if (!_series.TryGetValue(name, out var values))
                _series[name] = values = [];
            values.Add(value);
            if (values.Count > Verdicts.Window)
                values.RemoveAt(0);
        }

        return read.Sums[0] / read.Samples;

        Tensor Forward(Batch batch, Telemetry.Sampler? watched)
        {
            stop.ThrowIfCancellationRequested();
            var scores = network.Scores(batch.Inputs, watched);
            var losses = network.Losses(scores, batch.Targets, training: true);
            var sum = Network.Sum(losses);
            meter.Add(sum, scores, batch.Targets);
            return group.Length == 1 ? sum : network.Part(losses, batch.Targets, divisors, group.Length);
        }
    }

    private void Judge(Network network, TrainingData prepared, TrainingSettings used, CancellationToken stop)
    {
        using var untracked = no_grad();
        using var meter = new Meter(network);
        (network.Model.Training, network.Model.Precision) = (false, ScalarType.Float32);
        var losses = new List<double>();
        foreach (var take in prepared.Validation(Evaluation.BatchSize(used)))
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = take();
            var scores = network.Scores(batch.Inputs);
            meter.Add(network.Loss(scores, batch.Targets, training: false), scores, batch.Targets);
            losses.AddRange(EachLoss(network, scores, batch.Targets));
            if (losses.Count >= MostSamples)
                break;
        }

        Losses = [.. losses];
        Score = meter.Read().Of(network).Score;
        Unsound = Soundness.Of(network, prepared.Validation(Evaluation.BatchSize(used)), "validation", stop);
    }

    private static IEnumerable<double> EachLoss(Network network, Tensor[] scores, Tensor[] targets)
    {
        var each = new Tensor[targets[0].shape[0]];
        for (var i = 0; i < each.Length; i++)
        {
            var (own, wanted) = (Array.ConvertAll(scores, x => x.narrow(0, i, 1)), Array.ConvertAll(targets, x => x.narrow(0, i, 1)));
            each[i] = network.Loss(own, wanted, training: false).reshape(1);
        }

        return cat(each).to(ScalarType.Float64).cpu().data<double>().ToArray()
            .Select(loss => double.IsFinite(loss) ? Math.Min(loss, WorstLoss) : WorstLoss);
    }

    private IReadOnlyList<(string Output, DataTarget Target)> OutputsOf(DataSet data) =>
        DataBinding.Of(candidate.Plan, data.Info).Outputs(candidate.Plan, data.Info);

    private static FileStream Nameless()
    {
        var path = Path.GetTempFileName();
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        return file;
    }
}
