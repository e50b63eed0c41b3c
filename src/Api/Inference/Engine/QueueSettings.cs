namespace ConcatService.Api.Inference.Engine;

/// <summary>Whether samples of several requests are computed in one run.</summary>
internal enum Batching
{
    /// <summary>Where a measurement on the model shows that it pays.</summary>
    Auto,

    /// <summary>Wherever the model's shapes allow it.</summary>
    On,

    Off,
}

/// <summary>How requests wait for a model. From <c>Inference:…</c> in the configuration.</summary>
/// <param name="MaxBatch">Samples in one run at most. <c>MaxBatch</c>, 32.</param>
/// <param name="Delay">How long a run waits for more samples. <c>BatchDelayMilliseconds</c>, 0: what has come while the model was busy goes
/// together.</param>
/// <param name="Limit">Requests that may wait for one model; more are refused with 503. <c>QueueLimit</c>, 1000.</param>
internal sealed record QueueSettings(Batching Batching, int MaxBatch, TimeSpan Delay, int Limit)
{
    /// <exception cref="InvalidOperationException">A value is not what it must be.</exception>
    public static QueueSettings From(IConfiguration configuration)
    {
        var inference = configuration.GetSection("Inference");
        if (!Enum.TryParse<Batching>(inference["Batching"] ?? "auto", ignoreCase: true, out var batching) || !Enum.IsDefined(batching))
            throw new InvalidOperationException($"Inference:Batching is '{inference["Batching"]}'; expected auto, on or off.");
        var settings = new QueueSettings(
            batching,
            inference.GetValue("MaxBatch", 32),
            TimeSpan.FromMilliseconds(inference.GetValue("BatchDelayMilliseconds", 0)),
            inference.GetValue("QueueLimit", 1000)
        );
        return settings is { MaxBatch: > 0, Limit: >= 0 } && settings.Delay >= TimeSpan.Zero
            ? settings
            : throw new InvalidOperationException("Inference:MaxBatch must be 1 or more; QueueLimit and BatchDelayMilliseconds 0 or more.");
    }
}
