using System.Text;
using ConcatService.Api.Inference;
using ConcatService.Api.Inference.Engine;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Operations;

/// <summary>
/// GET /metrics: what an operator alarms on, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
/// </summary>
internal static class Metrics
{
    public static async Task<ContentHttpResult> Handle(ConcatDb db, ServedVersions versions, ModelCache cache, CancellationToken cancel)
    {
        var states = await db
            .Jobs.GroupBy(job => job.State)
            .Select(group => new { State = group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.State, row => row.Count, cancel);
        var oldest = await db
            .Database.SqlQuery<double>(
                $"""
                select coalesce(extract(epoch from now() - min(queued_at)), 0)::float8 as "Value"
                from jobs where state = {JobState.Queued.Name()}
                """
            )
            .SingleAsync(cancel);
        var workers = await db
            .Database.SqlQuery<int>($"select count(*)::int as \"Value\" from workers where last_seen_at > now() - {JobLife.WorkerTimeout}")
            .SingleAsync(cancel);

        var text = new StringBuilder();
        Head(text, "concat_jobs", "Jobs by state, of all teams.");
        foreach (var state in Enum.GetValues<JobState>())
            text.Append($"concat_jobs{{state=\"{state.Name()}\"}} {states.GetValueOrDefault(state)}\n");
        One(text, "concat_queue_oldest_seconds", "How long the job waits that has waited longest.", oldest);
        One(text, "concat_workers", $"Workers that reported within the last {JobLife.WorkerTimeout.TotalSeconds} seconds.", workers);
        One(text, "process_working_set_bytes", "Memory of this process.", Environment.WorkingSet);
        One(text, "process_managed_bytes", "Managed memory of this process.", GC.GetTotalMemory(forceFullCollection: false));
        One(text, "process_threads", "Threads of the pool.", ThreadPool.ThreadCount);
        InferenceMetrics.Write(text, versions, cache);
        return TypedResults.Content(text.ToString(), "text/plain; version=0.0.4; charset=utf-8");
    }

    private static void One(StringBuilder text, string name, string help, double value)
    {
        Head(text, name, help);
        text.Append($"{name} {value}\n");
    }

    private static void Head(StringBuilder text, string name, string help) => text.Append($"# HELP {name} {help}\n# TYPE {name} gauge\n");
}
