using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConcatService.Training.Optimizers;
using static TorchSharp.torch;

namespace ConcatService.Training.Checkpoints;

/// <summary>A training between two steps, but for its tensors.</summary>
/// <param name="Settings">As used since the first attempt: no <c>auto</c> left.</param>
/// <param name="Step">Steps done; the data's cursor, because the order of an epoch is a function of seed and epoch.</param>
/// <param name="Epoch">The epoch in work, from 1.</param>
/// <param name="Sums">Of the epoch so far.</param>
/// <param name="Samples">Of the epoch so far.</param>
/// <param name="Counters">The optimizer's.</param>
/// <param name="Waited">Evaluations without anything better.</param>
/// <param name="WaitedFrom">The score that they are compared with.</param>
/// <param name="BestEpoch">The epoch of the best weights so far; null before the first evaluation.</param>
/// <param name="Best">What they were worth; null without a validation split.</param>
/// <param name="TrainingSeconds">Spent in steps.</param>
/// <param name="Seconds">Spent in all.</param>
/// <param name="TelemetrySeconds">Of those in steps, spent on samples.</param>
internal sealed record TrainingState(
    JsonElement Settings,
    long Step,
    int Epoch,
    double[] Sums,
    long Samples,
    double[] Counters,
    long Waited,
    double WaitedFrom,
    int? BestEpoch,
    MetricSet? Best,
    double TrainingSeconds,
    double Seconds,
    double TelemetrySeconds
)
{
    // NaN and infinities are values here: the score before the first one is minus infinity.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Length of the JSON (8 bytes, little-endian), the JSON, then each tensor's numbers in row-major order.</summary>
    public void Write(Stream file, IEnumerable<Tensor> tensors)
    {
        var head = JsonSerializer.SerializeToUtf8Bytes(this, Json);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, head.Length);
        file.Write(length);
        file.Write(head);
        foreach (var tensor in tensors.Where(tensor => tensor.numel() > 0))
        {
            using var scope = NewDisposeScope();
            file.Write(tensor.detach().cpu().contiguous().bytes);
        }
    }

    /// <summary>
    /// In the order in which checkpoints have them; the random state follows. Whoever needs only the first ones may leave out the last.
    /// </summary>
    public static IEnumerable<Tensor> Tensors(TorchModel model, Optimizer optimizer, ExponentialMovingAverage? average, Snapshot? best) =>
        [.. Snapshot.TensorsOf(model), .. optimizer.State, .. average?.State ?? [], .. best?.Tensors ?? []];

    public static TrainingState Read(Stream file)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        file.ReadExactly(length);
        var head = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        file.ReadExactly(head);
        return JsonSerializer.Deserialize<TrainingState>(head, Json)!;
    }

    /// <summary>
    /// Fills tensors in the order in which they were written. A file that is too short is an <see cref="EndOfStreamException"/>.
    /// </summary>
    public static void Fill(Stream file, IEnumerable<Tensor> tensors)
    {
        using var untracked = no_grad();
        foreach (var tensor in tensors.Where(tensor => tensor.numel() > 0))
        {
            using var scope = NewDisposeScope();
            var read = empty(tensor.shape, tensor.dtype);
            file.ReadExactly(read.bytes);
            tensor.copy_(read);
        }
    }
}
