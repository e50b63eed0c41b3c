using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Mime;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ConcatService.Api.Metering;

/// <summary>Requests of this process since it started: how many by route, method and status, and how long they took.</summary>
/// <remarks>
/// Routes are templates, methods are HTTP's own, so that no caller can make the number of series grow. A stream of events is counted and
/// not timed: it lasts as long as its listener wants.
/// </remarks>
internal sealed partial class RequestMetrics
{
    private const string Requests = "concat_http_requests_total", Duration = "concat_http_request_duration_seconds";
    private const string Unmatched = "unmatched", Other = "other";

    /// <summary>Upper bounds of the histogram's buckets, in seconds.</summary>
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];

    private readonly ConcurrentDictionary<(string Route, string Method), Series> _series = new();

    /// <summary>One route and method.</summary>
    private sealed class Series
    {
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private long _ticks;

        public ConcurrentDictionary<int, StrongBox<long>> Statuses { get; } = new();

        public double Seconds => Interlocked.Read(ref _ticks) / (double)Stopwatch.Frequency;

        public void Count(int status) => Interlocked.Increment(ref Statuses.GetOrAdd(status, static _ => new()).Value);

        public void Time(long ticks)
        {
            Interlocked.Add(ref _ticks, ticks);
            var seconds = ticks / (double)Stopwatch.Frequency;
            var bucket = 0;
            while (bucket < Bounds.Length && seconds > Bounds[bucket])
                bucket++;
            Interlocked.Increment(ref _buckets[bucket]);
        }

        /// <summary>How many took at most so long, by bound; the last is all.</summary>
        public long[] Cumulative()
        {
            var counts = _buckets.Select((_, i) => Interlocked.Read(ref _buckets[i])).ToArray();
            for (var i = 1; i < counts.Length; i++)
                counts[i] += counts[i - 1];
            return counts;
        }
    }

    /// <summary>A request under way. Its route is known behind routing, and must be kept: a failure takes it from the request.</summary>
    private sealed class Measured(RequestMetrics metrics)
    {
        private readonly long _began = Stopwatch.GetTimestamp();
        private int _ended;

        public string Route { get; set; } = Unmatched;

        public void End(HttpContext http, int status)
        {
            if (Interlocked.Exchange(ref _ended, 1) == 1)
                return;
            var method = Methods.Contains(http.Request.Method) ? http.Request.Method : Other;
            var series = metrics._series.GetOrAdd((Route, method), static _ => new());
            series.Count(status);
            if (http.Response.ContentType?.StartsWith(MediaTypeNames.Text.EventStream, StringComparison.Ordinal) != true)
                series.Time(Stopwatch.GetTimestamp() - _began);
        }
    }

    /// <summary>The first of all: what others answer is counted too.</summary>
    public static void UseIn(WebApplication app)
    {
        var metrics = app.Services.GetRequiredService<RequestMetrics>();
        app.Use(async (http, next) =>
        {
            var measured = new Measured(metrics);
            http.Features.Set(measured);
            try
            {
                await next(http);
            }
            catch
            {
                measured.End(http, StatusCodes.Status500InternalServerError);
                throw;
            }

            measured.End(http, http.Response.StatusCode);
        });
    }

    /// <summary>Behind routing.</summary>
    public static void NameRouteIn(WebApplication app) =>
        app.Use((http, next) =>
        {
            if (http.Features.Get<Measured>() is { } measured && http.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
                measured.Route = route;
            return next(http);
        });

    /// <summary>For a request that has its answer and lives on.</summary>
    public static void End(HttpContext http) => http.Features.Get<Measured>()?.End(http, http.Response.StatusCode);

    public void Write(PrometheusText text)
    {
        // Several patterns may be one template, such as those with a slash at their end.
        var all = _series
            .Select(each => (Route: Template(each.Key.Route), each.Key.Method, Series: each.Value))
            .GroupBy(each => (each.Route, each.Method), each => each.Series)
            .OrderBy(each => each.Key)
            .ToList();
        text.Family(Requests, "counter", "Requests that ended, by route, method and status.");
        foreach (var ((route, method), series) in all.Select(each => (each.Key, each)))
        {
            foreach (var status in series.SelectMany(each => each.Statuses).GroupBy(each => each.Key, each => each.Value.Value))
                text.Sample(
                    Requests,
                    status.Sum(),
                    ("route", route),
                    ("method", method),
                    ("status", status.Key.ToString(CultureInfo.InvariantCulture))
                );
        }

        text.Family(Duration, "histogram", "Seconds from a request to the end of its answer, by route and method; not of event streams.");
        foreach (var ((route, method), series) in all.Select(each => (each.Key, each)))
            WriteHistogram(text, route, method, [.. series]);
    }

    private static void WriteHistogram(PrometheusText text, string route, string method, IReadOnlyList<Series> series)
    {
        var counts = series.Select(each => each.Cumulative()).ToList();
        for (var i = 0; i <= Bounds.Length; i++)
        {
            var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Sample($"{Duration}_bucket", counts.Sum(each => each[i]), ("route", route), ("method", method), ("le", bound));
        }

        text.Sample($"{Duration}_sum", series.Sum(each => each.Seconds), ("route", route), ("method", method));
        text.Sample($"{Duration}_count", counts.Sum(each => each[^1]), ("route", route), ("method", method));
    }

    /// <summary><c>/v1/jobs/{id}</c> for <c>/v1/jobs/{id:guid}</c>.</summary>
    private static string Template(string route) => route == Unmatched ? route : "/" + Constraint().Replace(route.Trim('/'), "}");

    [GeneratedRegex(@":\w+\}")]
    private static partial Regex Constraint();
}
