using ConcatService.Domain.Telemetry;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>A short training of a network with three branches, one of which may be at fault, and what telemetry saw.</summary>
internal sealed record Watched(Outcome Outcome, IReadOnlyList<TrainingReport.Sampled> Samples, IReadOnlyList<ConcatNode> Nodes)
{
    public const string Healthy =
        """{ "name": "third", "type": "avg_pool2d", "inputs": ["stem"], "kernel_size": 3, "stride": 1, "padding": 1 }""";

    /// <summary>Its values are a hundred and twenty-eight times those of a healthy branch.</summary>
    public static readonly string Scaled =
        """
        { "name": "x0", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 3, "padding": 1, "norm": "batch_norm",
          "activation": "relu" },
        """
        + string.Join(
            ", ",
            Enumerable.Range(1, 6).Select(i => $$"""{ "name": "x{{i}}", "type": "add", "inputs": ["x{{i - 1}}", "x{{i - 1}}"] }""")
        )
        + """, { "name": "third", "type": "add", "inputs": ["x6", "x6"] }""";

    public const string Dead = """{ "name": "third", "type": "subtract", "inputs": ["stem", "stem"] }""";

    public const string Duplicated = """{ "name": "third", "type": "identity", "inputs": ["fine"] }""";

    public static string Spec(string third) => $$"""
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 3, "padding": 1,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "coarse", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 5, "padding": 2,
              "norm": "batch_norm", "activation": "relu" },
            {{third}},
            { "name": "merge", "type": "concat", "inputs": ["fine", "coarse", "third"] },
            { "name": "mix", "type": "conv2d", "out_channels": 16, "kernel_size": 1, "norm": "batch_norm", "activation": "relu" },
            { "name": "drop", "type": "dropout", "p": 0.2 },
            { "name": "pool", "type": "global_avg_pool" },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    public static Watched Train(string third, string precision = "float32", string telemetry = "dense", int epochs = 2)
    {
        var (samples, spec) = (new List<TrainingReport.Sampled>(), Spec(third));
        var outcome = TestTraining.Train(
            $$"""{ "epochs": {{epochs}}, "batch_size": 64, "threads": 2, "precision": "{{precision}}", "telemetry": "{{telemetry}}" }""",
            spec,
            report =>
        {
            if (report is TrainingReport.Sampled sampled)
                samples.Add(sampled);
        });
        return new(outcome, samples, ConcatNode.Of(TestTraining.Plan(spec)));
    }

    public double Last(string name) => Samples.Last(sample => sample.Signals.ContainsKey(name)).Signals[name];

    /// <summary>At any time of the training: branch and code.</summary>
    public HashSet<(string Branch, string Code)> Verdicts()
    {
        var found = new HashSet<(string, string)>();
        for (var last = Domain.Telemetry.Verdicts.Window; last <= Samples.Count; last++)
        {
            foreach (var node in Nodes)
            {
                var verdicts = Domain.Telemetry.Verdicts.Of(
                    node,
                    (branch, signal) =>
                        [
                            .. Samples
                                .Take(last)
                                .Where(sample => sample.Signals.ContainsKey(signal.SeriesOf(node, branch)))
                                .Select(sample => sample.Signals[signal.SeriesOf(node, branch)]),
                        ]
                );
                found.UnionWith(
                    node.Branches.Zip(verdicts).SelectMany(pair => pair.Second.Select(verdict => (pair.First.Name, verdict.Code)))
                );
            }
        }

        return found;
    }
}
