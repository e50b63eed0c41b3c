using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>Another width on the way to a merge that needs equal ones: doubled, halved, one more, or without its projection.</summary>
public sealed class WidthMutation : Mutation
{
    /// <summary>Edits that are taken over from the network with open sizes.</summary>
    private const int Open = 3;

    private static readonly string[] Attributes = ["out_channels", "out_features", "hidden_size", "embedding_dim"];

    public override string Class => "width";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        if (SummedNetwork.Of(original) is { } summed)
        {
            foreach (var mutant in Edits(summed))
                yield return mutant;
        }

        foreach (var mutant in Edits(original).Concat(Removals(original)))
            yield return mutant;
        if (original.Opened is { } opened && opened != original)
        {
            foreach (var mutant in Spread(Edits(opened), Open))
                yield return mutant;
        }
    }

    private IEnumerable<Mutant> Edits(OriginalNetwork original)
    {
        foreach (var layer in original.WrittenLayers)
        {
            foreach (var mutant in EditsOf(original, layer))
                yield return mutant;
        }
    }

    /// <summary>Every other width of one layer.</summary>
    public IEnumerable<Mutant> EditsOf(OriginalNetwork original, WrittenLayer layer)
    {
        var fields = layer.In(original.Spec);
        foreach (var attribute in Attributes)
        {
            if (Number(fields, attribute) is not { } width || fields["groups"] is not null)
                continue;
            foreach (var other in new[] { 2 * width, width / 2, width + 1 }.Where(other => other > 0 && other != width))
                yield return Edit(original, layer, $"{attribute} {other}", written => written[attribute] = other) with
                {
                    Cause = "width_difference",
                };
        }
    }

    private IEnumerable<Mutant> Removals(OriginalNetwork original) =>
        Projection.RemovedFrom(original.Flat, Class).Select(mutant => mutant with { Cause = "width_difference" });
}
