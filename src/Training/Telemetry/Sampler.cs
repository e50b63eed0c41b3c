using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Optimizers;
using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>
/// Samples the signals of branches and layers at some steps: looks at what the step computes anyway, draws no random number and writes to
/// nothing that the training reads, so that the weights are the same to the bit with and without it.
/// </summary>
internal sealed class Sampler(TorchModel model, TelemetryMode mode) : IDisposable
{
    /// <summary>Gradients of concats that are held at once, in bytes: of more, each sample takes the next ones.</summary>
    private const long MostHeldBytes = 64 << 20;

    private readonly Governor _governor = new(mode);
    private readonly IReadOnlyList<ConcatNode> _nodes = mode == TelemetryMode.Off ? [] : ConcatNode.Of(model.Plan);
    private readonly LayerSignals _layers = new(model);
    private readonly Stopwatch _cost = new();
    private int _next;
    private Sample? _sample;

    private TimeSpan _evaluations;

    /// <summary>On samples, and on what is tried at evaluations, in all attempts.</summary>
    public TimeSpan Spent => _governor.Spent + _evaluations;

    /// <summary>Adds what was spent at an evaluation.</summary>
    public void Charge(TimeSpan cost) => _evaluations += cost;

    public void Resume(TimeSpan spent) => _governor.Resume(spent);

    /// <summary>The outputs to hold until the backward pass is over; none where the step is not sampled.</summary>
    public IEnumerable<Wire> Held => _sample?.Nodes.Select(node => new Wire(node.Name)) ?? [];

    /// <summary>Before the forward pass.</summary>
    /// <param name="step">From 1.</param>
    /// <param name="steps">Of the whole training.</param>
    /// <param name="trained">The time of all steps before.</param>
    public void Begin(long step, long steps, TimeSpan trained, Tensor[] targets)
    {
        if (!_governor.IsDue(step, steps, trained))
            return;
        _cost.Restart();
        var nodes = Turn(targets[0].shape[0]);
        _sample = new(step, nodes, TargetProducts(targets));
        model.Observer = Observe;
        _cost.Stop();
    }

    /// <summary>After the forward pass.</summary>
    public void Watch(IReadOnlyDictionary<Wire, Tensor> values)
    {
        if (_sample is null)
            return;
        model.Observer = null;
        Hold(values);
    }

    /// <summary>Before a backward pass through these values: asks for the gradients of those to hold that are among them.</summary>
    public void Hold(IReadOnlyDictionary<Wire, Tensor> values)
    {
        if (_sample is null)
            return;
        foreach (var node in _sample.Nodes)
        {
            if (!values.TryGetValue(new(node.Name), out var joined) || !joined.requires_grad)
                continue;                                                                       // nothing before it is learned
            joined.retain_grad();
            _sample.Joined.Add((node, joined));
        }
    }

    /// <summary>After the backward pass, before the gradient is clipped.</summary>
    public void Measure(Optimizer optimizer)
    {
        if (_sample is not { } sample)
            return;
        _cost.Start();
        using (no_grad())
        using (NewDisposeScope())
        {
            MeasureHeld(sample);
            _layers.OfGradient(optimizer.Gradient, sample.Readings);
            sample.Before = model.Weights.detach().clone().DetachFromDisposeScope();
        }

        _cost.Stop();
    }

    /// <summary>After a part of the backward pass: reads the gradients that have come, so that the values can go.</summary>
    public void MeasureHeld()
    {
        if (_sample is not { } sample)
            return;
        _cost.Start();
        using (no_grad())
        using (NewDisposeScope())
            MeasureHeld(sample);
        _cost.Stop();
    }

    /// <summary>After the step: the sample, by the names of its series; null where the step was not sampled.</summary>
    /// <param name="trained">The time of all steps, this one too.</param>
    public IReadOnlyDictionary<string, double>? End(TimeSpan trained)
    {
        if (_sample is not { } sample)
            return null;
        _cost.Start();
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        _layers.OfStep(sample.Before!, sample.Readings);
        var read = sample.Readings.Read();
        foreach (var (node, branch) in sample.Nodes.SelectMany(node => node.Branches.Select(branch => (node, branch))))
        {
            if (
                read.TryGetValue(Signals.GradientRms.SeriesOf(node, branch), out var gradient)
                && read[Signals.ActivationRms.SeriesOf(node, branch)] is > 1e-12 and var activation
            )
                read[Signals.GradientToActivation.SeriesOf(node, branch)] = gradient / activation;
        }

        _governor.Sampled(sample.Step, _cost.Elapsed);
        read[Signals.Overhead.Name] = Spent / trained;
        Dispose();
        return read;
    }

    public void Dispose()
    {
        model.Observer = null;
        _sample?.Dispose();
        _sample = null;
    }

    private void Observe(TorchLayer layer, Tensor[] inputs, Tensor[] outputs)
    {
        _cost.Start();
        using (no_grad())
        using (NewDisposeScope())
        {
            var sample = _sample!;
            foreach (var node in sample.Nodes)
            {
                if (node.Name == layer.Plan.Name)
                {
                    ConcatSignals.OfInputs(node, inputs, sample.Targets, sample.Readings);
                    sample.Keep(node, inputs);
                }
                else if (node.Consumer?.Layer.Name == layer.Plan.Name)
                    ConcatSignals.OfConsumer(node, layer, inputs[0], sample.Readings);
            }

            _layers.OfActivation(layer.Plan, inputs is [var first, ..] ? first : outputs[0], outputs[0], sample.Readings);
        }

        _cost.Stop();
    }

    private static void MeasureHeld(Sample sample)
    {
        foreach (var (node, joined) in sample.Joined)
        {
            using var gradient = joined.grad;
            if (gradient is not null)
                ConcatSignals.OfGradient(node, gradient, sample.FactorsOf(node), sample.Readings);
            joined.grad = null;
        }

        sample.Joined.Clear();
    }

    /// <summary>The concats of this sample, in turn, as many as may be held.</summary>
    private List<ConcatNode> Turn(long batch)
    {
        var (nodes, bytes) = (new List<ConcatNode>(), 0L);
        for (; nodes.Count < _nodes.Count; _next = (_next + 1) % _nodes.Count)
        {
            bytes += batch * _nodes[_next].Layer.Output.ElementsPerSample!.Value * sizeof(float);
            if (nodes.Count > 0 && bytes > MostHeldBytes)
                break;
            nodes.Add(_nodes[_next]);
        }

        return nodes;
    }

    /// <summary>Which samples have like targets, [n, n]: the products of classes as unit vectors, and of numbers.</summary>
    private static Tensor? TargetProducts(Tensor[] targets)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var target = targets[0].narrow(0, 0, Math.Min(ConcatSignals.Samples, targets[0].shape[0]));
        if (targets.Length > 1)
            return null; // a branch may serve another output than the first
        var flat = target.reshape(target.shape[0], -1); // [n, places]
        var products = target.is_integral()
            ? flat.unsqueeze(0).eq(flat.unsqueeze(1)).to(ScalarType.Float32).mean([2])
            : flat.to(ScalarType.Float32).mm(flat.to(ScalarType.Float32).t());
        return products.MoveToOuterDisposeScope();
    }

    /// <summary>What is known of the step in work.</summary>
    private sealed class Sample(long step, List<ConcatNode> nodes, Tensor? targets) : IDisposable
    {
        public long Step => step;

        public List<ConcatNode> Nodes => nodes;

        public Tensor? Targets => targets;

        public Readings Readings { get; } = new();

        public List<(ConcatNode Node, Tensor Joined)> Joined { get; } = [];

        public Tensor? Before { get; set; }

        private readonly Dictionary<string, Tensor[]> _factors = [];

        /// <summary>Keeps what the gradients of a product's branches are made of: its other branches.</summary>
        public void Keep(ConcatNode node, Tensor[] inputs)
        {
            if (!node.Joins && !node.Adds)
                _factors[node.Name] = Array.ConvertAll(inputs, input => ConcatSignals.FirstOf(input).clone().DetachFromDisposeScope());
        }

        public Tensor[] FactorsOf(ConcatNode node) => _factors.GetValueOrDefault(node.Name, []);

        public void Dispose()
        {
            Readings.Dispose();
            targets?.Dispose();
            Before?.Dispose();
            foreach (var factor in _factors.Values.SelectMany(each => each))
                factor.Dispose();
        }
    }
}
