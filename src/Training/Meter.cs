using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>
/// Sums of losses and of what the metrics need, kept on the device until someone reads them: reading waits for everything before.
/// </summary>
internal sealed class Meter(Network network) : IDisposable
{
    private readonly Tensor _sums = zeros(1 + network.Heads.Sum(head => head.SumCount), ScalarType.Float64, network.Model.Weights.device)
        .DetachFromDisposeScope();
    private long _samples;

    /// <param name="loss">Mean over the batch.</param>
    /// <param name="scores">Of each head.</param>
    /// <param name="targets">Of each head.</param>
    public void Add(Tensor loss, Tensor[] scores, Tensor[] targets)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var batch = targets[0].shape[0];
        var sums = network.Heads.Select((head, i) => head.Sums(scores[i], targets[i]));
        _sums.add_(cat([(loss.detach().to(ScalarType.Float64) * batch).reshape(1), .. sums]));
        _samples += batch;
    }

    /// <summary>What came together since the last reading, which this one ends.</summary>
    public MetricSums Read()
    {
        using var scope = NewDisposeScope();
        var read = new MetricSums(_sums.cpu().data<double>().ToArray(), _samples);
        _sums.zero_();
        _samples = 0;
        return read;
    }

    public void Dispose() => _sums.Dispose();
}
