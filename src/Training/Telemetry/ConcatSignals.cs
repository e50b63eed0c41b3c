using ConcatService.Domain.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>The signals of one concat's branches. Formulas: <see cref="Signals"/>.</summary>
internal static class ConcatSignals
{
    /// <summary>Of a batch, which is in random order, the first so many samples tell enough.</summary>
    public const long Samples = 32;

    /// <summary>
    /// Likeness has n(n-3)/2 independent numbers behind it: with 4 samples two, which are often alike by chance; with 8 twenty.
    /// </summary>
    private const long FewestForLikeness = 8;

    /// <summary>A channel whose values, all together, are not longer is dead.</summary>
    private const double Dead = 1e-6;

    /// <summary>What the branches bring.</summary>
    /// <param name="targets">The products of the targets with each other, [n, n]; null where they tell nothing.</param>
    public static void OfInputs(ConcatNode node, Tensor[] inputs, Tensor? targets, Readings readings)
    {
        var products = new List<Tensor>();
        for (var i = 0; i < inputs.Length; i++)
        {
            var (branch, x) = (node.Branches[i], FirstOf(inputs[i]));                           // [n, C, …]
            var n = x.shape[0];
            var channels = x.reshape(n, x.shape[1], -1).square().sum([0, 2]);                   // [C]
            readings.Add(Signals.ActivationRms.SeriesOf(node, branch), (channels.sum() / x.numel()).sqrt());
            readings.Add(Signals.DeadChannels.SeriesOf(node, branch), channels.lt(Dead * Dead).to(ScalarType.Float32).mean());
            var pooled = x.reshape(n, x.shape[1], -1).mean([2]);                                // [n, C]
            readings.Add(Signals.EffectiveRank.SeriesOf(node, branch), Representation.EffectiveRank(pooled));
            var flat = x.reshape(n, -1);
            products.Add(flat.mm(flat.t()));                                                    // [n, n]
        }

        if (products[0].shape[0] >= FewestForLikeness)
            AddLikeness(node, products, targets, readings);
    }

    /// <summary>What arrives from the loss.</summary>
    /// <param name="gradient">Of what was joined: its parts are the gradients of the branches.</param>
    public static void OfGradient(ConcatNode node, Tensor gradient, Readings readings)
    {
        foreach (var branch in node.Branches)
            readings.Add(
                Signals.GradientRms.SeriesOf(node, branch),
                FirstOf(gradient.narrow(node.Axis, branch.Offset, branch.Width)).square().mean().sqrt()
            );
    }

    /// <summary>What the layer behind makes of each branch.</summary>
    /// <param name="x">What arrives at it, [N, C, …].</param>
    public static void OfConsumer(ConcatNode node, TorchLayer layer, Tensor x, Readings readings)
    {
        var (planned, weight) = (layer.Plan, layer["weight"].detach());
        var channels = planned.Input.Index(Domain.Shapes.Axis.Channels);
        var biasless = planned with { Layer = planned.Layer with { Operator = WithoutBias(planned.Operator) } };
        var (weights, parts) = (new List<Tensor>(), new List<Tensor>());
        foreach (var branch in node.Branches)
        {
            var (from, count) = (branch.Offset * node.Consumer!.NumbersPerChannel, branch.Width * node.Consumer.NumbersPerChannel);
            var own = weight.narrow(1, from, count);
            weights.Add(own.square().sum());
            var alone = new TorchLayer(biasless, new Dictionary<string, Tensor> { ["weight"] = own }) { Precision = layer.Precision };
            parts.Add(
                alone.Run([x.detach().narrow(0, 0, Math.Min(Samples, x.shape[0])).narrow(channels, from, count)])[0].to(ScalarType.Float32)
            );
        }

        var squares = stack(weights);
        readings.Add(SeriesOf(node, Signals.WeightShare), squares / squares.sum().clamp_min(1e-30));
        var z = stack(parts);                                                                   // [branches, n, out, …]
        var outputs = planned.Output.Index(Domain.Shapes.Axis.Channels) + 1;
        z -= z.mean(
            [.. Enumerable.Range(1, (int)z.dim() - 1).Where(dimension => dimension != outputs).Select(dimension => (long)dimension)],
            keepdim: true
        );
        var whole = z.sum(0, keepdim: true);
        var shares = (z * whole).reshape(z.shape[0], -1).sum(1);
        readings.Add(SeriesOf(node, Signals.ContributionShare), shares / whole.square().sum().clamp_min(1e-30));
    }

    private static void AddLikeness(ConcatNode node, List<Tensor> products, Tensor? targets, Readings readings)
    {
        var count = products.Count;
        if (targets is not null)
            products.Add(targets);
        var cka = Representation.Cka(stack(products));
        var (most, which) = (cka.narrow(0, 0, count).narrow(1, 0, count) - (2 * eye(count, device: cka.device))).max(1);
        readings.Add(SeriesOf(node, Signals.Similarity), most);
        readings.Add(SeriesOf(node, Signals.Twin), which);
        if (targets is not null)
            readings.Add(SeriesOf(node, Signals.TargetSimilarity), cka.narrow(0, 0, count).select(1, count));
    }

    private static IEnumerable<string> SeriesOf(ConcatNode node, Signal signal) =>
        node.Branches.Select(branch => signal.SeriesOf(node, branch));

    public static Tensor FirstOf(Tensor x) => x.detach().narrow(0, 0, Math.Min(Samples, x.shape[0])).to(ScalarType.Float32);

    private static Domain.Operators.Operator WithoutBias(Domain.Operators.Operator op) =>
        op.With("bias", false) ?? throw new InvalidOperationException($"{op.Kind} does not weigh branches.");
}
