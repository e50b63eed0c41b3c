using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Data;

namespace ConcatService.Training.Telemetry;

/// <summary>Looks at the branches at each evaluation: what each is worth, and which verdicts came and went.</summary>
internal sealed class BranchWatch(Network network, TrainingSettings settings, Sampler sampler)
{
    /// <summary>Of the time of all steps, for samples and counterfactuals together.</summary>
    public const double Budget = 0.03;

    private readonly IReadOnlyList<ConcatNode> _nodes =
        settings.Telemetry == TelemetryMode.Off ? [] : ConcatNode.Of(network.Model.Plan);

    private readonly Dictionary<string, List<double>> _series = [];
    private readonly Dictionary<(string Merge, string Branch, string Code), long> _standing = [];
    private Counterfactuals? _counterfactuals;

    /// <summary>The alarms that the newest judgment found.</summary>
    public IReadOnlyList<Verdict> Alarms { get; private set; } = [];

    /// <summary>Remembers a sample.</summary>
    public void Saw(IReadOnlyDictionary<string, double> signals)
    {
        foreach (var (name, value) in signals)
        {
            if (!_series.TryGetValue(name, out var values))
                _series[name] = values = [];
            values.Add(value);
            if (values.Count > Verdicts.Window)
                values.RemoveAt(0);
        }
    }

    /// <summary>Measures with the weights as they are. What it costs counts as telemetry's.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="steps">Of the whole training. In its first half nothing is tried: a branch may just learn later than another.</param>
    /// <param name="trained">The time of all steps.</param>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public List<TrainingReport> AtEvaluation(TrainingData data, long step, long steps, TimeSpan trained, CancellationToken stop)
    {
        if (_nodes.Count == 0)
            return [];
        var watch = Stopwatch.StartNew();
        var left = settings.Telemetry == TelemetryMode.Dense ? TimeSpan.MaxValue : (trained * Budget) - sampler.Spent;
        var signals = new Dictionary<string, double>();
        if (left > TimeSpan.Zero && step * 2 >= steps)
        {
            _counterfactuals ??= new(network, _nodes);
            signals = _counterfactuals.Measure(data.Validation(Evaluation.BatchSize(settings)), data.ValidationCount, left, stop);
        }

        Saw(signals);
        sampler.Charge(watch.Elapsed);
        var reports = Judge(step).ToList<TrainingReport>();
        if (signals.Count > 0)
            reports.Insert(0, new TrainingReport.Sampled(step, signals));
        return reports;
    }

    /// <summary>The verdicts that are new, and those that no longer hold.</summary>
    private List<TrainingReport.Finding> Judge(long step)
    {
        var (now, reports) = (new HashSet<(string, string, string)>(), new List<TrainingReport.Finding>());
        var alarms = new List<Verdict>();
        foreach (var node in _nodes)
        {
            var verdicts = Verdicts.Of(node, (branch, signal) => _series.GetValueOrDefault(signal.SeriesOf(node, branch)) ?? []);
            var told = node.Branches.Zip(verdicts).SelectMany(pair => pair.Second.Select(each => (pair.First, each)));
            foreach (var (branch, verdict) in told)
            {
                now.Add((node.Name, branch.Name, verdict.Code));
                if (verdict.Severity == "alarm")
                    alarms.Add(verdict);
                if (_standing.TryAdd((node.Name, branch.Name, verdict.Code), step))
                    reports.Add(Told(node.Name, branch.Name, verdict.Code, verdict.Message, "standing", step, null, verdict));
            }
        }

        foreach (var (gone, first) in _standing.Where(each => !now.Contains(each.Key)).ToList())
        {
            _standing.Remove(gone);
            var message = $"{gone.Merge}, branch {gone.Branch}: '{gone.Code}', which was said at step {first}, no longer holds.";
            reports.Add(Told(gone.Merge, gone.Branch, gone.Code, message, "gone", first, step, null));
        }

        Alarms = alarms;
        return reports;
    }

    private static TrainingReport.Finding Told(
        string merge, string branch, string code, string message, string state, long first, long? last, Verdict? verdict
    ) =>
        new("verdict", code, merge, message, new Dictionary<string, object?>
        {
            ["branch"] = branch,
            ["state"] = state,
            ["first_step"] = first,
            ["last_step"] = last,
            ["severity"] = verdict?.Severity,
            ["signal"] = verdict?.Signal,
            ["value"] = verdict?.Value,
            ["threshold"] = verdict?.Threshold,
        });
}
