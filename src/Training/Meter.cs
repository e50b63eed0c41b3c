using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>Sums of loss and correct answers, kept on the device until someone reads them: reading waits for everything before.</summary>
internal sealed class Meter(Device device) : IDisposable
{
    private readonly Tensor _sums = zeros(2, ScalarType.Float64, device).DetachFromDisposeScope();
    private long _samples;

    /// <param name="loss">Mean over the batch.</param>
    /// <param name="logits">[B, classes]</param>
    /// <param name="labels">[B]</param>
    public void Add(Tensor loss, Tensor logits, Tensor labels)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var batch = labels.shape[0];
        var correct = logits.argmax(1).eq(labels).sum().to(ScalarType.Float64);
        _sums.add_(stack([loss.detach().to(ScalarType.Float64) * batch, correct]));
        _samples += batch;
    }

    /// <summary>Mean loss and accuracy since the last reading, which this one ends.</summary>
    public (double Loss, double Accuracy, long Samples) Read()
    {
        using var scope = NewDisposeScope();
        var sums = _sums.cpu().data<double>();
        var read = (sums[0] / _samples, sums[1] / _samples, _samples);
        _sums.zero_();
        _samples = 0;
        return read;
    }

    public void Dispose() => _sums.Dispose();
}
