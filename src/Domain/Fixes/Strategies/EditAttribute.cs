using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Edits;
using ConcatService.Domain.Operators;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Gives one attribute of one layer the value after which the whole network fits: a width, a size, a shape, an order.</summary>
internal sealed class EditAttribute : FixStrategy
{
    private const int MostOffers = 4;

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var edit in merge.AttributeEdits.Take(MostOffers))
        {
            var (name, value) = (edit.Layer.Name, edit.Value.ToJsonString());
            yield return new(
                $"{edit.Attribute.Replace('_', '-')}-{Slug(name)}-{Slug(value).Trim('-')}",
                FixKind.Edit,
                $"Set {edit.Attribute} of {name} to {value.Replace(",", ", ", StringComparison.Ordinal)}",
                Effect(edit),
                LossOf(edit),
                new PatchWriter(merge).Set(edit.Layer.Path, edit.Attribute, edit.Value.DeepClone()).Patch
            )
            {
                Gain = edit.Gain,
                IsWidth = Narrows(edit) is not null,
                AtTheCause = edit == merge.AttributeEdits[0] && edit.Layer.Path.ToString() == cause.Path?.ToString() && edit.Gain >= 0,
            };
        }
    }

    private static string Effect(AttributeEdit edit) =>
        Narrows(edit) is { } narrows
            ? $"{edit.Layer.Name} learns {(narrows ? "fewer" : "more")} features, as many as {edit.Target.Name} has; nothing else changes."
        : edit.Layer.Operator.AxisFlow == AxisFlow.Made
            ? $"The same numbers, written in the order that {edit.Target.Name} has; nothing is lost."
        : !edit.Layer.Output.SameAxes(edit.Branch.Shape)
            ? $"{edit.Layer.Name} gives as many positions as {edit.Target.Name} has; nothing else changes."
        : $"{edit.Layer.Name} gives the size of {edit.Target.Name}; nothing else changes.";

    private static Loss LossOf(AttributeEdit edit) => Narrows(edit) is true ? Loss.Dropped : Loss.None;

    // Whether a width shrinks; null where it is no width.
    private static bool? Narrows(AttributeEdit edit) =>
        edit.Layer.Operator.Width?.Name == edit.Attribute
        && edit.Layer.Output.Has(Shapes.Axis.Channels)
        && edit.Target.Shape.Has(Shapes.Axis.Channels)
            ? edit.Layer.Output[Shapes.Axis.Channels].Known > edit.Target.Shape[Shapes.Axis.Channels].Known
            : null;
}
