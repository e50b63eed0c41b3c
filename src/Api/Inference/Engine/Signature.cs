namespace ConcatService.Api.Inference.Engine;

/// <summary>The tensors that a model takes and gives.</summary>
internal sealed class Signature(IReadOnlyList<TensorInfo> inputs, IReadOnlyList<TensorInfo> outputs)
{
    public IReadOnlyList<TensorInfo> Inputs => inputs;

    public IReadOnlyList<TensorInfo> Outputs => outputs;

    /// <summary>
    /// Whether the first size of every tensor is the batch, and no other size varies: then samples of several requests can be computed
    /// together.
    /// </summary>
    public bool CanBatch { get; } =
        inputs.Concat(outputs).All(tensor => tensor.Shape is [-1, ..] && tensor.Shape.AsSpan(1).IndexOf(-1) < 0);
}
