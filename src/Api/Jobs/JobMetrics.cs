using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Metrics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/metrics?name=…&amp;max_points=…: curves by name (again for each, or with commas; all without), each thinned to at most
/// that many points, spikes among them.
/// </summary>
internal static class JobMetrics
{
    /// <param name="Values">One for each step; null where the value was not a number.</param>
    public sealed record Series(string Name, IReadOnlyList<long> Steps, IReadOnlyList<double?> Values);

    public sealed record Response(IReadOnlyList<Series> Series);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id,
        string[] name,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "max_points")] int? maxPoints,
        Caller caller,
        ConcatDb db,
        MetricReader reader,
        CancellationToken cancel
    )
    {
        if (!await db.Jobs.AnyAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel))
            return Problems.NotFound("job", id.ToString());
        if (maxPoints is < 2 or > 100_000)
            return Problems.Of(400, "request.max_points", "'max_points' must be a whole number from 2 to 100000.");

        var wanted = name.SelectMany(each => each.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToArray();
        var curves = await reader.ReadAsync(id, wanted, maxPoints, cancel);
        return TypedResults.Ok(new Response([.. curves.Select(curve => Thinned(curve, maxPoints))]));
    }

    private static Series Thinned(Curve curve, int? maxPoints)
    {
        var kept = maxPoints is { } max ? Downsampling.To(max, curve.Points) : curve.Points;
        return new(
            curve.Name,
            [.. kept.Select(point => point.Step)],
            [.. kept.Select(point => double.IsFinite(point.Value) ? point.Value : (double?)null)]
        );
    }
}
