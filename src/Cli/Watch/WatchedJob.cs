using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace ConcatService.Cli.Watch;

/// <summary>
/// A job as it was read last: what happened comes as a stream, its state, curves and branches are asked for between two rounds.
/// </summary>
internal sealed class WatchedJob(ServiceClient service, string id) : IAsyncDisposable
{
    private const int Points = 240;                                             // twice as many as a terminal has columns to draw them in
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    /// <summary>Loss, and what the tasks measure, where there is one output.</summary>
    private static readonly string[] Names =
    [
        .. new[] { "loss", "accuracy", "f1", "label_accuracy", "r2", "mae", "mean_iou", "pixel_accuracy", "dice" }.SelectMany(name =>
            new[] { $"train_{name}", $"validation_{name}" }
        ),
    ];

    private readonly CancellationTokenSource _end = new();
    private readonly Channel<JsonNode> _events = Channel.CreateUnbounded<JsonNode>();
    private Task _feed = Task.CompletedTask;

    /// <summary>As <c>GET /v1/jobs/{id}</c> has it.</summary>
    public JsonNode Job { get; private set; } = new JsonObject();

    public string State => (string)Job["state"]!;

    /// <summary>By name; missing where there is none. Null where a value was no number.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double?>> Curves { get; private set; } =
        new Dictionary<string, IReadOnlyList<double?>>();

    /// <summary>As <c>GET /v1/jobs/{id}/concats</c> has it; null where there is nothing.</summary>
    public JsonNode? Concats { get; private set; }

    /// <summary>Why what is here is old; null when it is not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>
    /// What has happened since the round before, until the job has ended and all of it was told. A service that is away is waited for.
    /// </summary>
    /// <exception cref="CliException">There is no such job, or not for this key.</exception>
    public async IAsyncEnumerable<IReadOnlyList<JsonNode>> RoundsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        Job = await service.GetAsync($"/v1/jobs/{id}", cancel);
        _feed = EventFeed.RunAsync(service, id, _events.Writer, _end.Token);
        while (true)
        {
            var isLast = _events.Reader.Completion.IsCompleted;
            await ReadAsync(cancel);
            var happened = new List<JsonNode>();
            while (_events.Reader.TryRead(out var one))
                happened.Add(one);
            yield return happened;
            if (isLast)
                yield break;
            await Task.WhenAny(_events.Reader.Completion, Task.Delay(Round, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        try
        {
            Job = await service.GetAsync($"/v1/jobs/{id}", cancel);
            var series = (await service.GetAsync($"/v1/jobs/{id}/metrics?name={string.Join(',', Names)}&max_points={Points}", cancel))[
                "series"
            ]!.AsArray();
            Curves = series.ToDictionary(
                each => (string)each!["name"]!,
                each => (IReadOnlyList<double?>)[.. each!["values"]!.AsArray().Select(value => (double?)value)]
            );
            Concats = await service.FindAsync($"/v1/jobs/{id}/concats", cancel);
            Trouble = null;
        }
        catch (CliException failure) when (failure.IsPassing)
        {
            Trouble = "the service does not answer; retrying";
        }
    }
}
