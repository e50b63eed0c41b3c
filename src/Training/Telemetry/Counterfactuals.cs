using System.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>
/// What a network loses on held-out samples without a branch: its merge is given the branch's mean, or the branch's values of other
/// samples, and what lies behind runs again. Takes no common random number and changes nothing that the training reads.
/// </summary>
internal sealed class Counterfactuals
{
    /// <summary>Held-out samples that are looked at, at most and at least.</summary>
    public const long Most = 512, Least = 128;

    /// <summary>Samples whose mean is one observation.</summary>
    private const long Group = 16;

    /// <summary>Of a merge with more branches no pairs are tried.</summary>
    private const int MostForPairs = 4;

    private readonly Network _network;
    private readonly List<Downstream> _merges;
    private double _secondsPerSample;
    private int _next;

    public Counterfactuals(Network network, IReadOnlyList<ConcatNode> nodes)
    {
        _network = network;
        _merges = [.. nodes.Select(node => new Downstream(network.Model.Plan, node))];
    }

    /// <summary>The signals of the merges that there was time for, by the names of their series.</summary>
    /// <param name="batches">Held-out samples, so many at a time.</param>
    /// <param name="held">How many there are.</param>
    /// <param name="left">What may be spent; the merges take turns where it does not suffice for all.</param>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public Dictionary<string, double> Measure(IEnumerable<Func<Batch>> batches, long held, TimeSpan left, CancellationToken stop)
    {
        var signals = new Dictionary<string, double>();
        if (_merges.Count == 0 || held < Least)
            return signals;
        using var untracked = no_grad();
        (_network.Model.Training, _network.Model.Precision) = (false, ScalarType.Float32);
        if (_secondsPerSample == 0)
            Time(batches.First(), left);
        var (samples, merges) = Affordable(Math.Min(held, Most), left.TotalSeconds);
        if (merges.Count == 0)
            return signals;
        var tries = merges.SelectMany(Singles).ToList();
        var found = Run(batches, samples, merges, tries, stop);
        foreach (var tried in tries)
            Add(signals, tried, found);
        var pairs = merges.SelectMany(merge => Pairs(merge, signals)).ToList();
        if (pairs.Count > 0)
            AddPairs(signals, pairs, Run(batches, samples, [.. pairs.Select(pair => pair.Merge!).Distinct()], pairs, stop));
        return signals;
    }

    /// <summary>How long a sample takes, on a batch that is run twice: the first run finds its memory.</summary>
    private void Time(Func<Batch> take, TimeSpan left)
    {
        using var scope = NewDisposeScope();
        var (batch, watch) = (take(), Stopwatch.StartNew());
        _network.Scores(batch.Inputs);
        if (watch.Elapsed < left)
            watch.Restart();
        _network.Scores(batch.Inputs);
        _secondsPerSample = Math.Max(watch.Elapsed.TotalSeconds / batch.Targets[0].shape[0], 1e-9);
    }

    private (long Samples, List<Downstream> Merges) Affordable(long most, double seconds)
    {
        for (var samples = most; samples >= Least; samples /= 2)
        {
            if (samples * _secondsPerSample * (1 + _merges.Sum(Cost)) <= seconds)
                return (samples, _merges);
        }

        var (turn, runs) = (new List<Downstream>(), 1.0);
        while (turn.Count < _merges.Count && (runs += Cost(_merges[_next])) * Least * _secondsPerSample <= seconds)
        {
            turn.Add(_merges[_next]);
            _next = (_next + 1) % _merges.Count;
        }

        return (Least, turn);
    }

    /// <summary>In runs of the whole network. What is copied and compared costs as well.</summary>
    private static double Cost(Downstream merge) => merge.Node.Branches.Count * 2 * Math.Min(1, merge.Share + 0.1);

    private static IEnumerable<Try> Singles(Downstream merge) =>
        Enumerable.Range(0, merge.Node.Branches.Count)
            .SelectMany(branch => new[] { new Try(merge, [branch], IsMean: true), new Try(merge, [branch], IsMean: false) });

    /// <summary>The pairs of branches of which neither alone is missed.</summary>
    private static IEnumerable<Try> Pairs(Downstream merge, Dictionary<string, double> signals)
    {
        var node = merge.Node;
        if (node.Branches.Count > MostForPairs || node.IsNested)
            return [];
        var free = Enumerable.Range(0, node.Branches.Count)
            .Where(branch => signals[Signals.Shuffle.LossLow.SeriesOf(node, node.Branches[branch])] <= 0)
            .ToList();
        return free.SelectMany(a => free.Where(b => b > a).Select(b => new Try(merge, [a, b], IsMean: false)));
    }

    /// <summary>Loss and accuracy of each group of samples, with every branch (the last entry's) and for each try without some.</summary>
    private Dictionary<Try, Groups> Run(
        IEnumerable<Func<Batch>> batches, long samples, List<Downstream> merges, List<Try> tries, CancellationToken stop
    )
    {
        var found = tries.Append(Try.Nothing).ToDictionary(each => each, _ => new Groups());
        Wire[] wanted = [.. _network.Heads.Select(head => head.Scores), .. merges.SelectMany(merge => merge.Known)];
        var done = 0L;
        foreach (var take in batches)
        {
            using var scope = NewDisposeScope();
            var batch = First(take(), samples - done);
            var count = batch.Targets[0].shape[0];
            var known = _network.Model.Run(wanted, batch.Inputs);
            Score(known, batch.Targets, found[Try.Nothing]);
            using var generator = new Generator((ulong)done + 1, CPU);
            var order = randperm(count, ScalarType.Int64, CPU, generator: generator).roll(1).to(_network.Model.Weights.device);
            foreach (var tried in tries)
            {
                stop.ThrowIfCancellationRequested();
                using var inner = NewDisposeScope();
                var values = _network.Model.RunAgain(
                    tried.Merge!.Layers,
                    known,
                    (layer, input, x) => tried.Replaces(layer.Plan, input) ? (tried.IsMean ? MeanOf(x) : Shuffled(x, order)) : x
                );
                Score(values, batch.Targets, found[tried]);
            }

            if ((done += count) >= samples)
                break;
        }

        return found;
    }

    private static Batch First(Batch batch, long most) => batch.Targets[0].shape[0] <= most
        ? batch
        : new(Array.ConvertAll(batch.Inputs, x => x.narrow(0, 0, most)), Array.ConvertAll(batch.Targets, x => x.narrow(0, 0, most)));

    private static Tensor MeanOf(Tensor x) => x.mean([0], keepdim: true).expand_as(x).contiguous();

    /// <summary>Whole samples change places; where the steps of a sequence are folded into the batch, with all of their steps.</summary>
    private static Tensor Shuffled(Tensor x, Tensor order)
    {
        var steps = x.shape[0] / order.shape[0];
        return steps == 1
            ? x.index_select(0, order)
            : x.reshape([order.shape[0], steps, .. x.shape[1..]]).index_select(0, order).reshape(x.shape);
    }

    private void Score(Dictionary<Wire, Tensor> values, Tensor[] targets, Groups groups)
    {
        var scores = _network.Heads.Select(head => values[head.Scores].to(ScalarType.Float32)).ToArray();
        var head = _network.Heads is [{ MetricNames: ["accuracy", ..], SumCount: 2 } only] ? only : null;
        var read = new List<Tensor>();
        for (var from = 0L; from + Group <= targets[0].shape[0]; from += Group)
        {
            var own = Array.ConvertAll(scores, x => x.narrow(0, from, Group));
            var wanted = Array.ConvertAll(targets, x => x.narrow(0, from, Group));
            read.Add(_network.Loss(own, wanted, training: false).to(ScalarType.Float64).reshape(1));
            if (head is not null)
                read.Add(head.Sums(own[0], wanted[0]).narrow(0, 0, 1) / Group);
        }

        if (read.Count == 0)
            return;
        var numbers = cat(read).cpu().data<double>().ToArray();
        groups.Losses.AddRange(head is null ? numbers : numbers.Where((_, i) => i % 2 == 0));
        groups.Accuracies.AddRange(head is null ? [] : numbers.Where((_, i) => i % 2 == 1));
    }

    private static void Add(Dictionary<string, double> signals, Try tried, Dictionary<Try, Groups> found)
    {
        var (node, branch) = (tried.Merge!.Node, tried.Merge.Node.Branches[tried.Branches[0]]);
        var change = tried.IsMean ? Signals.Mean : Signals.Shuffle;
        var (with, without) = (found[Try.Nothing], found[tried]);
        var loss = PairedChange.Of(with.Losses, without.Losses);
        Set(change.Loss, loss.Mean);
        Set(change.LossLow, loss.Low);
        Set(change.LossHigh, loss.High);
        if (with.Accuracies.Count == 0)
            return;
        var accuracy = PairedChange.Of(with.Accuracies, without.Accuracies);
        Set(change.Accuracy, accuracy.Mean);
        Set(change.AccuracyLow, accuracy.Low);
        Set(change.AccuracyHigh, accuracy.High);

        void Set(Signal signal, double value) => signals[signal.SeriesOf(node, branch)] = value;
    }

    private static void AddPairs(Dictionary<string, double> signals, List<Try> pairs, Dictionary<Try, Groups> found)
    {
        foreach (var pair in pairs)
        {
            var low = PairedChange.Of(found[Try.Nothing].Losses, found[pair].Losses).Low;
            foreach (var (branch, other) in new[] { (pair.Branches[0], pair.Branches[1]), (pair.Branches[1], pair.Branches[0]) })
            {
                var node = pair.Merge!.Node;
                var series = Signals.PairLow.SeriesOf(node, node.Branches[branch]);
                if (signals.TryGetValue(series, out var most) && most >= low)
                    continue;
                signals[series] = low;
                signals[Signals.PairWith.SeriesOf(node, node.Branches[branch])] = other;
            }
        }
    }

    /// <summary>Some branches of a merge, to be left out in one way.</summary>
    private sealed record Try(Downstream? Merge, int[] Branches, bool IsMean)
    {
        public static Try Nothing { get; } = new(null, [], false);

        public bool Replaces(PlannedLayer layer, int input) =>
            Merge!.Reads(layer.Name)
            && (layer.Name == Merge.Node.Name
                ? Branches.Contains(input)
                : Branches.Any(branch => Merge.Node.Branches[branch].Source == layer.Inputs[input]));
    }

    private sealed class Groups
    {
        public List<double> Losses { get; } = [];

        public List<double> Accuracies { get; } = [];
    }
}
