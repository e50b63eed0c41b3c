using ConcatService.Domain.Telemetry;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>The newest values of the series of a job's branches, as many as a verdict needs.</summary>
internal sealed class NewestSamples
{
    private readonly Dictionary<string, List<(long Step, double Value)>> _series;

    private NewestSamples(IEnumerable<Row> rows) =>
        _series = rows.GroupBy(row => row.Name)
            .ToDictionary(group => group.Key, group => group.OrderBy(row => row.Step).Select(row => (row.Step, row.Value)).ToList());

    /// <summary>What samples have cost so far, as a share of the time of all steps.</summary>
    public double? Overhead => Last(Signals.Overhead.Name);

    /// <summary>One descent of the key's index for each series, however long they are.</summary>
    /// <param name="until">The last step that counts; null for all.</param>
    public static async Task<NewestSamples> ReadAsync(
        ConcatDb db,
        Guid job,
        IReadOnlyList<ConcatNode> nodes,
        CancellationToken cancel,
        long? until = null
    )
    {
        var last = until ?? long.MaxValue;
        string[] wanted =
        [
            .. nodes.SelectMany(node =>
                node.Branches.SelectMany(branch =>
                    Signals.OfBranches.Concat(Signals.OfEvaluations).Select(signal => signal.SeriesOf(node, branch))
                )
            ),
            Signals.Overhead.Name,
        ];
        return new(
            await db
                .Database.SqlQuery<Row>(
                    $"""
            select name.name as "Name", newest.step as "Step", newest.value as "Value"
            from metric_names name
            cross join lateral (
                select step, value from metrics
                where job_id = {job} and metric_id = name.id and step <= {last}
                order by step desc limit {Verdicts.Window}) newest
            where name.name = any({wanted})
            """).ToListAsync(cancel));
    }

    /// <summary>Of each branch of a concat.</summary>
    public IReadOnlyList<IReadOnlyList<Verdict>> VerdictsOf(ConcatNode node) =>
        Verdicts.Of(
            node,
            (branch, signal) =>
                _series.TryGetValue(signal.SeriesOf(node, branch), out var points) ? [.. points.Select(point => point.Value)] : []
        );

    /// <summary>How many samples of a series there are, as far as a verdict looks back.</summary>
    public int CountOf(string series) => _series.TryGetValue(series, out var points) ? points.Count : 0;

    public double? Last(string series) =>
        _series.TryGetValue(series, out var points) && double.IsFinite(points[^1].Value) ? points[^1].Value : null;

    public long? StepOf(string series) => _series.TryGetValue(series, out var points) ? points[^1].Step : null;

    private sealed record Row(string Name, long Step, double Value);
}
