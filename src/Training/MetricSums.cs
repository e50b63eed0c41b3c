namespace ConcatService.Training;

/// <summary>Sums over some samples: the loss, then what the metrics of each head need.</summary>
internal sealed record MetricSums(double[] Sums, long Samples)
{
    public static MetricSums None(Network network) => new(new double[1 + network.Heads.Sum(head => head.SumCount)], 0);

    public static MetricSums operator +(MetricSums a, MetricSums b) => new([.. a.Sums.Zip(b.Sums, (x, y) => x + y)], a.Samples + b.Samples);

    /// <summary>Whether every loss was a finite number.</summary>
    public bool IsFinite => double.IsFinite(Sums[0]);

    public MetricSet Of(Network network)
    {
        var metrics = new Dictionary<string, double>();
        var (at, score) = (1, 0.0);
        foreach (var head in network.Heads)
        {
            var values = head.Metrics(Sums.AsSpan(at, head.SumCount));
            for (var i = 0; i < values.Count; i++)
                metrics[network.Heads.Count == 1 ? head.MetricNames[i] : $"{head.MetricNames[i]}/{head.Output}"] = values[i];
            score += values[0] / network.Heads.Count;
            at += head.SumCount;
        }

        return new(Sums[0] / Samples, score, metrics);
    }
}
