using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.Cli.Watch;

/// <summary>What both views say about a job, in the same words.</summary>
internal static class JobWords
{
    /// <summary><c>epoch 3 of 4, step 126 of 224, 346 samples/s</c>; empty before the first step.</summary>
    public static string Progress(JsonNode job)
    {
        if (job["progress"] is not { } progress || (long)progress["steps"]! == 0)
            return "";
        var culture = CultureInfo.InvariantCulture;
        var epoch = $"epoch {progress["epoch"]} of {progress["epochs"]}";
        var step = string.Create(culture, $"step {(long)progress["step"]!:N0} of {(long)progress["steps"]!:N0}");
        var speed = (double?)progress["samples_per_second"] is { } samples ? string.Create(culture, $", {samples:N0} samples/s") : "";
        return $"{epoch}, {step}{speed}{(Attempts(job) > 1 ? $", attempt {Attempts(job)}" : "")}";
    }

    /// <summary><c>1:12 left</c>; empty where it is not known.</summary>
    public static string Left(JsonNode job) =>
        (DateTimeOffset?)job["estimated_finish_at"] is { } end ? $"{Span(end - DateTimeOffset.UtcNow)} left" : "";

    /// <summary><c>15:04:11 Epoch 1 of 4: …</c>, in local time.</summary>
    public static string Event(JsonNode happened) =>
        string.Create(CultureInfo.InvariantCulture, $"{((DateTimeOffset)happened["at"]!).ToLocalTime():HH:mm:ss} {happened["message"]}");

    private static int Attempts(JsonNode job) => job["attempts"]!.AsArray().Count;

    private static string Span(TimeSpan span) =>
        span < TimeSpan.Zero ? "0:00" : span.ToString(span.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}
