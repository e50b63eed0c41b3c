using System.Globalization;
using ConcatService.Domain.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>The layer in which two correct programs part most: it magnifies what they round differently.</summary>
internal static class RoundingGrowth
{
    private const double Change = 1e-6;

    /// <summary>A layer that magnifies more makes a model that no other program computes alike; sound ones stay below 5.</summary>
    public const double Most = 20;

    /// <summary>
    /// The layer whose output changes most, relative to its largest number, when each number that arrives is changed by a millionth of
    /// itself. Null where none exceeds <see cref="Most"/>.
    /// </summary>
    public static Cause? Worst(TorchModel model, Tensor[] inputs)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        Cause? worst = null;
        model.Training = false;
        model.Precision = ScalarType.Float32;
        model.Observer = Look;
        model.Run([], Array.ConvertAll(inputs, input => input.narrow(0, 0, Math.Min(32, input.shape[0]))));
        model.Observer = null;
        return worst is { Times: > Most } ? worst : null;

        void Look(TorchLayer layer, Tensor[] arriving, Tensor[] given)
        {
            if (arriving.Length == 0 || !Array.TrueForAll([.. arriving, .. given], x => x.is_floating_point()))
                return;
            var changed = layer.Run(Array.ConvertAll(arriving, x => x * (1 + (Change * Noise(x)))));
            var peak = given[0].abs().max().item<float>();
            var times = peak > 0 ? (changed[0] - given[0]).abs().max().item<float>() / (peak * Change) : 0;
            if (times > (worst?.Times ?? 0))
                worst = new(layer.Plan.Name, times, ConcatNode.PlaceOf(model.Plan, layer.Plan.Name));
        }

        Tensor Noise(Tensor like) => (rand(like.shape, generator: generator).to(like.device) * 2) - 1;
    }

    /// <param name="Layer">Where rounding grows.</param>
    /// <param name="Times">By how much.</param>
    /// <param name="Place">The concat and branch that it is part of; null where it is part of none.</param>
    public sealed record Cause(string Layer, double Times, (string Concat, string Branch)? Place)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"layer '{Layer}'{(Place is { } at ? $", in branch '{at.Branch}' of concat '{at.Concat}'," : "")} magnifies rounding {Times:0} "
                + $"times");
    }
}
