using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Training.Heads;
using ConcatService.Training.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>A network being trained: the model, and one head for each of its outputs.</summary>
internal sealed class Network(TorchModel model, IReadOnlyList<Head> heads)
{
    public TorchModel Model => model;

    public IReadOnlyList<Head> Heads => heads;

    /// <param name="losses">Resolved: none is <c>auto</c>.</param>
    public static Network Of(TorchModel model, DataSetInfo data, OutputLosses losses)
    {
        var targets = DataBinding.Of(model.Plan, data).Outputs(model.Plan, data);
        return new(
            model,
            [.. model.Plan.Outputs.Zip(targets, (output, bound) => Head.For(model.Plan, output, bound.Target, losses[output.Name]))]
        );
    }

    /// <summary>Inputs as the spec writes them -> the scores of each head, float32 in memory order.</summary>
    /// <param name="sampler">Is shown the outputs that it asks for.</param>
    public Tensor[] Scores(Tensor[] inputs, Sampler? sampler = null)
    {
        var values = model.Run([.. heads.Select(head => head.Scores), .. sampler?.Held ?? []], inputs);
        sampler?.Watch(values);
        return [.. heads.Select(head => values[head.Scores].to(ScalarType.Float32))];
    }

    /// <summary>The weighted sum of the heads' losses, each a mean over the batch.</summary>
    public Tensor Loss(Tensor[] scores, Tensor[] targets, bool training) =>
        heads
            .Select((head, i) => head.Loss(scores[i], targets[i], training) is var loss && head.Weight != 1 ? loss * head.Weight : loss)
            .Aggregate((sum, loss) => sum + loss);
}
