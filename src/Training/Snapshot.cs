using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>A copy of every parameter and buffer at the end of an epoch.</summary>
internal sealed record Snapshot(int Epoch, MetricSet? Validation, Tensor Weights, List<Tensor> Buffers) : IDisposable
{
    public static Snapshot Of(TorchModel model, int epoch, MetricSet? validation) => new(
        epoch, validation,
        model.Weights.clone().DetachFromDisposeScope(),
        [.. BuffersOf(model).Select(buffer => buffer.clone().DetachFromDisposeScope())]);

    public IEnumerable<Tensor> Tensors => Buffers.Prepend(Weights);

    public void Restore(TorchModel model)
    {
        using var untracked = no_grad();
        model.Weights.copy_(Weights);
        foreach (var (buffer, kept) in BuffersOf(model).Zip(Buffers))
            buffer.copy_(kept);
    }

    public void Dispose()
    {
        Weights.Dispose();
        Buffers.ForEach(buffer => buffer.Dispose());
    }

    /// <summary>Everything that a model is not made of by its plan alone.</summary>
    public static IEnumerable<Tensor> TensorsOf(TorchModel model) => BuffersOf(model).Prepend(model.Weights);

    private static IEnumerable<Tensor> BuffersOf(TorchModel model) =>
        model.Parameters.Where(parameter => !parameter.Declared.Trainable).Select(parameter => parameter.Tensor);
}
