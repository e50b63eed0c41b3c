using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence;
using ConcatService.Persistence.Metrics;
using ConcatService.Pictures.Plotting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/plot.svg?heat=…: loss and score over the steps, and below them one signal of every branch as a heat map, with the
/// verdicts beside it.
/// </summary>
internal static class JobPicture
{
    /// <summary>Points of a curve, columns of the heat map.</summary>
    private const int MostPoints = 600,
        MostColumns = 160;

    /// <summary>What a person can still follow.</summary>
    private const int MostRows = 48;

    private static readonly (Signal Signal, string Title, bool Logarithmic)[] Heats =
    [
        (Signals.GradientRms, "gradient RMS of each branch", true),
        (Signals.ActivationRms, "activation RMS of each branch", true),
        (Signals.ContributionShare, "share of each branch in what the layer behind the concat computes", false),
    ];

    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(
        Guid id,
        string? heat,
        Caller caller,
        ConcatDb db,
        MetricReader reader,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        heat ??= Signals.GradientRms.Name;
        var shown = Array.Find(Heats, known => known.Signal.Name == heat);
        if (shown.Signal is null)
            return Problems.Of(400, "request.heat", $"'heat' must be one of {string.Join(", ", Heats.Select(each => each.Signal.Name))}.");
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel) is not { } job)
            return Problems.NotFound("job", id.ToString());
        var nodes = await TrainedConcats.OfAsync(job, turns, cancel);
        var names = nodes.SelectMany(node => node.Branches.Select(branch => shown.Signal.SeriesOf(node, branch))).ToArray();
        var curves = await ReadAsync(reader, id, await CurveNamesAsync(db, id, cancel), MostPoints, cancel);
        var cells = await ReadAsync(reader, id, names, MostColumns, cancel);
        var verdicts = await NewestSamples.ReadAsync(db, id, nodes, cancel);
        var rows = Rows(nodes, verdicts, (node, branch) => cells.GetValueOrDefault(shown.Signal.SeriesOf(node, branch), []));
        var kept = rows.OrderBy(row => row.Note is null).Take(MostRows).ToHashSet(); // those with a verdict before the others
        var map = new HeatMap(shown.Title, shown.Logarithmic, [.. rows.Where(kept.Contains)], rows.Count - kept.Count);
        return TypedResults.Content(
            JobSvg.Draw(new($"{job.Name} on {job.Dataset}", Math.Max(1, job.Step), Charts(curves), map)),
            "image/svg+xml; charset=utf-8"
        );
    }

    private static async Task<string[]> CurveNamesAsync(ConcatDb db, Guid id, CancellationToken cancel) =>
        await db
            .MetricNames.Where(name =>
                (name.Name.StartsWith("train_") || name.Name.StartsWith("validation_"))
                && db.Metrics.Any(metric => metric.JobId == id && metric.MetricId == name.Id)
            )
            .Select(name => name.Name)
            .ToArrayAsync(cancel);

    private static async Task<Dictionary<string, List<Point>>> ReadAsync(
        MetricReader reader,
        Guid job,
        string[] names,
        int most,
        CancellationToken cancel
    )
    {
        var curves = names.Length == 0 ? [] : await reader.ReadAsync(job, names, most, cancel); // no names would be all
        return curves.ToDictionary(
            curve => curve.Name,
            curve => Downsampling.To(most, curve.Points).Select(point => new Point(point.Step, point.Value)).ToList()
        );
    }

    /// <summary>The loss, and the first score of every output.</summary>
    private static List<Chart> Charts(Dictionary<string, List<Point>> curves)
    {
        var scores = curves
            .Keys.Where(name => name != "train_loss" && name.StartsWith("train_", StringComparison.Ordinal))
            .Select(name => name["train_".Length..])
            .Order()
            .Take(3);
        return
        [
            .. scores
                .Prepend("loss")
                .Select(score => new Chart(
                    score.Replace('_', ' '),
                    [new("training", "train", curves.GetValueOrDefault($"train_{score}", [])), .. Held(score)]
                )),
        ];

        // Without a validation split it has no place in the legend.
        IEnumerable<Pictures.Plotting.Curve> Held(string score) =>
            curves.TryGetValue($"validation_{score}", out var points) ? [new("validation", "validation", points, Dots: true)] : [];
    }

    private static List<HeatRow> Rows(
        IReadOnlyList<ConcatNode> nodes,
        NewestSamples newest,
        Func<ConcatNode, ConcatBranch, List<Point>> points
    ) =>
        [
            .. nodes.SelectMany(node =>
                node.Branches.Zip(
                    newest.VerdictsOf(node),
                    (branch, found) =>
                        new HeatRow(
                            node.Name,
                            branch.Name,
                            points(node, branch),
                            found.Count == 0 ? null : string.Join(", ", found.Select(verdict => verdict.Code))
                        )
                )
            ),
        ];
}
