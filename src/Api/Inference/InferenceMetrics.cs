using System.Text;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference;

/// <summary>
/// What was inferred in this process, for /metrics. The names are Triton's <c>nv_inference_…</c> with our prefix and the same split of the
/// time, so that its dashboards translate one to one
/// (https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md).
/// </summary>
internal static class InferenceMetrics
{
    private const string Prefix = "concat_inference_";

    public static void Write(StringBuilder text, ServedVersions versions, ModelCache cache)
    {
        var known = versions
            .Known.OrderBy(each => each.TeamId)
            .ThenBy(each => each.Version.Model, StringComparer.Ordinal)
            .ThenBy(each => each.Version.Row.Version)
            .Select(each =>
                (Labels: $"team=\"{each.TeamId}\",model=\"{each.Version.Model}\",version=\"{each.Version.Version}\"", each.Version.Stats)
            )
            .ToList();
        Family("request_success", "counter", "Requests that were answered.", stats => [("", stats.Success.Count)]);
        Family(
            "request_failure",
            "counter",
            "Requests that were not, by reason.",
            stats => ModelStats.Reasons.Select(reason => ($",reason=\"{reason}\"", stats.Failure(reason).Count))
        );
        Family("count", "counter", "Samples of answered requests.", stats => [("", stats.Samples)]);
        Family("exec_count", "counter", "Runs of the model; count over exec_count is the mean batch.", stats => [("", stats.Executions)]);
        Family(
            "batch_exec_count",
            "counter",
            "Runs of the model by samples in one run.",
            stats => stats.Batches.OrderBy(batch => batch.Key).Select(batch => ($",batch_size=\"{batch.Key}\"", batch.Value.Compute.Count))
        );
        Family("pending_request_count", "gauge", "Requests that wait for a run.", stats => [("", stats.Pending)]);
        Family(
            "request_duration_us",
            "counter",
            "Microseconds from the request to the end of its answer, waiting included.",
            stats => [("", Microseconds(stats.Success))]
        );
        Family("queue_duration_us", "counter", "Microseconds of waiting.", stats => [("", Microseconds(stats.Queue))]);
        Family(
            "compute_input_duration_us",
            "counter",
            "Microseconds of putting inputs together.",
            stats => [("", Microseconds(stats.Input))]
        );
        Family("compute_infer_duration_us", "counter", "Microseconds in the model.", stats => [("", Microseconds(stats.Compute))]);
        Family("compute_output_duration_us", "counter", "Microseconds of handing out.", stats => [("", Microseconds(stats.Output))]);
        var (models, bytes) = cache.Loaded;
        text.Append(
            $"# HELP {Prefix}loaded_models Models in memory.\n# TYPE {Prefix}loaded_models gauge\n{Prefix}loaded_models {models}\n"
        );
        text.Append(
            $"# HELP {Prefix}loaded_bytes Bytes of their files.\n# TYPE {Prefix}loaded_bytes gauge\n{Prefix}loaded_bytes {bytes}\n"
        );

        void Family(string name, string type, string help, Func<ModelStats, IEnumerable<(string Label, long Value)>> values)
        {
            text.Append($"# HELP {Prefix}{name} {help}\n# TYPE {Prefix}{name} {type}\n");
            foreach (var (labels, stats) in known)
            {
                foreach (var (label, value) in values(stats))
                    text.Append($"{Prefix}{name}{{{labels}{label}}} {value}\n");
            }
        }
    }

    private static long Microseconds(Tally tally) => tally.Nanoseconds / 1000;
}
