using ConcatService.Domain.Operators;
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
            var (branch, x) = (node.Branches[i], FeaturesFirst(node, FirstOf(inputs[i])));      // [n, C, …]
            var n = x.shape[0];
            var channels = x.reshape(n, x.shape[1], -1).square().sum([0, 2]);                   // [C]
            readings.Add(Signals.ActivationRms.SeriesOf(node, branch), (channels.sum() / x.numel()).sqrt());
            readings.Add(Signals.DeadChannels.SeriesOf(node, branch), channels.lt(Dead * Dead).to(ScalarType.Float32).mean());
            var pooled = x.reshape(n, x.shape[1], -1).mean([2]);                                // [n, C]
            readings.Add(Signals.EffectiveRank.SeriesOf(node, branch), Representation.EffectiveRank(pooled));
            products.Add(Representation.Products(x));                                           // [n, n]
        }

        if (products[0].shape[0] >= FewestForLikeness)
            AddLikeness(node, products, targets?.shape[0] == products[0].shape[0] ? targets : null, readings);
        if (node.Adds)
            AddContributions(node, inputs, readings);
    }

    /// <summary>What arrives from the loss.</summary>
    /// <param name="gradient">Of what the merge gives.</param>
    /// <param name="inputs">The first samples of each branch; empty where they are joined or added up.</param>
    public static void OfGradient(ConcatNode node, Tensor gradient, IReadOnlyList<Tensor> inputs, Readings readings)
    {
        var first = FirstOf(gradient);
        for (var i = 0; i < node.Branches.Count; i++)
        {
            var branch = node.Branches[i];
            var own = node.Joins
                ? first.narrow(node.Axis, branch.Offset, branch.Width)
                : Reduced(first * FactorOf(node, i, inputs), node.Layer, i);
            readings.Add(Signals.GradientRms.SeriesOf(node, branch), own.square().mean().sqrt());
        }
    }

    /// <summary>The derivative of what an element-wise merge gives by one of its branches.</summary>
    private static Tensor FactorOf(ConcatNode node, int branch, IReadOnlyList<Tensor> inputs)
    {
        if (inputs.Count == 0)
            return tensor(node.Layer.Operator is IMerge { Combination: Combination.Mean } ? 1f / node.Branches.Count : 1f);
        return inputs.Where((_, i) => i != branch).Aggregate((product, other) => product * other);
    }

    /// <summary>The sum over where a branch was broadcast: [n, C, H, W] -> [n, C, 1, 1].</summary>
    private static Tensor Reduced(Tensor gradient, PlannedLayer layer, int branch)
    {
        var dims = layer.InputShapes[branch].Dims;
        for (var position = 1; position < dims.Count; position++)
        {
            var index = layer.Output.IndexOfPosition(position);
            if (dims[position] == 1 && gradient.shape[index] > 1)
                gradient = gradient.sum([index], keepdim: true);
        }

        return gradient;
    }

    /// <summary>Of what a sum gives, each branch without its mean per feature.</summary>
    private static void AddContributions(ConcatNode node, Tensor[] inputs, Readings readings)
    {
        var parts = inputs.Select(input => FeaturesFirst(node, FirstOf(input))).ToArray();
        var whole = parts.Aggregate((sum, part) => sum + part);
        var centered = whole - MeanOf(whole);
        var shares = parts.Select(part => ((part - MeanOf(part)) * centered).expand_as(centered).sum());
        readings.Add(SeriesOf(node, Signals.ContributionShare), stack(shares) / centered.square().sum().clamp_min(1e-30));

        static Tensor MeanOf(Tensor x) => x.mean([0, .. Enumerable.Range(2, (int)x.dim() - 2).Select(i => (long)i)], keepdim: true);
    }

    /// <summary>What an element-wise merge takes, with its features behind the samples: [n, T, C] -> [n, C, T].</summary>
    private static Tensor FeaturesFirst(ConcatNode node, Tensor x) => node.Joins ? x : x.movedim([node.Axis], [1]);

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
        var cka = Representation.Cka(stack(products.Select(each => each.to(ScalarType.Float64))));
        var itself = 2 * eye(count, dtype: ScalarType.Float64, device: cka.device);
        var (most, which) = (cka.narrow(0, 0, count).narrow(1, 0, count) - itself).max(1);
        readings.Add(SeriesOf(node, Signals.Similarity), most);
        readings.Add(SeriesOf(node, Signals.Twin), which);
        if (targets is not null)
            readings.Add(SeriesOf(node, Signals.TargetSimilarity), cka.narrow(0, 0, count).select(1, count));
    }

    private static IEnumerable<string> SeriesOf(ConcatNode node, Signal signal) =>
        node.Branches.Select(branch => signal.SeriesOf(node, branch));

    public static Tensor FirstOf(Tensor x) => x.detach().narrow(0, 0, Math.Min(Samples, x.shape[0])).to(ScalarType.Float32);

    private static Operator WithoutBias(Operator op) =>
        op.With("bias", false) ?? throw new InvalidOperationException($"{op.Kind} does not weigh branches.");
}
