using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A saturating activation on the output of another, or many sigmoid layers in a row without a norm or a way around.</summary>
internal sealed class SaturationStack : WarningRule
{
    private const int MostSigmoids = 3;

    public override Code Code { get; } =
        new(
            "train.saturation_stack",
            $"A saturating activation follows another directly, or more than {MostSigmoids} layers in a row end in a sigmoid without a "
                + "norm or a skip connection. A sigmoid's slope is at most 1/4, so four in a row pass under 1/256 of the gradient (Glorot "
                + "and Bengio 2010, section 3.1); a sigmoid of what lies in 0..1 gives 0.5 to 0.73 and no more."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        // For each layer: the saturating activation whose output arrives unchanged, and how many sigmoids stand in a row.
        var (direct, sigmoids) = (new int[flow.Count], new int[flow.Count]);
        Array.Fill(direct, -1);
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            if (flow.IsMerge(i) || flow.Sources(i) is not [var source])
                continue;
            var (effect, activation) = (flow.Effects[i], flow.Layers[i].Operator.Nonlinearity);
            if (effect.Has(Effect.Normalizes))
                continue;
            var saturates = effect.Has(Effect.Saturates) && activation is not null;
            var isSigmoid = saturates && activation!.LargestSlope <= 0.25;
            sigmoids[i] = saturates ? (isSigmoid ? sigmoids[source] + 1 : 0) : effect.Has(Effect.Activates) ? 0 : sigmoids[source];
            if (saturates)
                direct[i] = i;
            else if (!effect.Has(Effect.Weighs) && !effect.Has(Effect.Activates) && flow.Layers[i].Operator.FeatureFlow == FeatureFlow.Kept)
                direct[i] = direct[source];
            if (saturates && direct[source] >= 0)
                found.Add(Double(flow, i, direct[source]));
            else if (isSigmoid && sigmoids[i] == MostSigmoids + 1)
                found.Add(Stack(flow, i));
        }
    }

    private Warning Double(Flow flow, int layer, int before) => At(
        flow,
        layer,
        $"{flow.KindOf(layer)} of the output of {flow.NameOf(before)}, a {flow.KindOf(before)}: two saturating activations with nothing "
            + "learned between them, which pass less of the gradient than either alone.",
        "Remove one of the two."
    );

    private Warning Stack(Flow flow, int layer) => At(
        flow,
        layer,
        $"the last of {MostSigmoids + 1} sigmoid layers in a row without a norm or a skip connection, which pass at most 1/256 of the "
            + "gradient.",
        "Take relu, or give the layers norm \"batch_norm\"."
    );
}
