using System.Globalization;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Metering;

namespace ConcatService.Api.Inference;

/// <summary>
/// Prometheus metrics per model version of what this process answered: Triton's names with our prefix and Prometheus' endings, and its
/// split of the time, so that its dashboards translate one to one
/// (https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md).
/// </summary>
internal static class InferenceMetrics
{
    private const string Prefix = "concat_inference_";

    public static void Write(PrometheusText text, ServedVersions versions, ModelCache cache)
    {
        var known = versions
            .Known.OrderBy(each => each.TeamId)
            .ThenBy(each => each.Version.Model, StringComparer.Ordinal)
            .ThenBy(each => each.Version.Row.Version)
            .ToList();
        Counter("request_success_total", "Requests that were answered.", stats => stats.Success.Count);
        Family(
            "request_failure_total",
            "counter",
            "Requests that were not, by reason.",
            stats => ModelStats.Reasons.Select(reason => (("reason", reason), (double)stats.Failure(reason).Count))
        );
        Counter("samples_total", "Samples of answered requests.", stats => stats.Samples);
        Counter("exec_total", "Runs of the model; samples over runs is the mean batch.", stats => stats.Executions);
        Family(
            "batch_exec_total",
            "counter",
            "Runs of the model by samples in one run.",
            stats =>
                stats
                    .Batches.OrderBy(batch => batch.Key)
                    .Select(batch =>
                        (("batch_size", batch.Key.ToString(CultureInfo.InvariantCulture)), (double)batch.Value.Compute.Count)
                    )
        );
        Each("pending_requests", "gauge", "Requests that wait for a run.", stats => stats.Pending);
        Counter(
            "request_duration_seconds_total",
            "From the request to the end of its answer, waiting included.",
            stats => Seconds(stats.Success)
        );
        Counter("queue_duration_seconds_total", "Waiting.", stats => Seconds(stats.Queue));
        Counter("compute_input_duration_seconds_total", "Putting inputs together.", stats => Seconds(stats.Input));
        Counter("compute_infer_duration_seconds_total", "In the model.", stats => Seconds(stats.Compute));
        Counter("compute_output_duration_seconds_total", "Handing out.", stats => Seconds(stats.Output));
        var (models, bytes) = cache.Loaded;
        text.Gauge(Prefix + "loaded_models", "Models in memory.", models);
        text.Gauge(Prefix + "loaded_bytes", "Bytes of their files.", bytes);

        void Counter(string name, string help, Func<ModelStats, double> value) => Each(name, "counter", help, value);

        void Each(string name, string type, string help, Func<ModelStats, double> value)
        {
            text.Family(Prefix + name, type, help);
            foreach (var (team, version) in known)
                text.Sample(Prefix + name, value(version.Stats), LabelsOf(team, version));
        }

        void Family(string name, string type, string help, Func<ModelStats, IEnumerable<((string, string) Label, double Value)>> values)
        {
            text.Family(Prefix + name, type, help);
            foreach (var (team, version) in known)
            {
                foreach (var (label, value) in values(version.Stats))
                    text.Sample(Prefix + name, value, [.. LabelsOf(team, version), label]);
            }
        }
    }

    /// <summary>The team by its number, which concat_team_info names: its name is in the database, which may be away.</summary>
    private static (string Name, string Value)[] LabelsOf(int team, ServedVersion version) =>
        [("team_id", team.ToString(CultureInfo.InvariantCulture)), ("model", version.Model), ("version", version.Version)];

    private static double Seconds(Tally tally) => tally.Nanoseconds / 1e9;
}
