using ConcatService.ConcatBench.Networks;
using ConcatService.Domain.Operators;
using ConcatService.Operators;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A layer behind a merge that says it reads another width: a branch is forgotten, or it is the sum of another merge.</summary>
public sealed class DeclaredMutation : Mutation
{
    public override string Class => "declared";

    public override IEnumerable<Mutant> Of(OriginalNetwork original) =>
        Declarations(original).Concat(original.Opened is { } opened && opened != original ? Spread(Declarations(opened), 2) : []);

    private IEnumerable<Mutant> Declarations(OriginalNetwork original)
    {
        var merges = original.Graph.Layers.Where(layer => layer.Operator is Concat { Axis.Number: null }).ToDictionary(layer => layer.Name);
        var sums = merges.Values.Select(Features).Distinct().ToList();
        foreach (var written in original.WrittenLayers)
        {
            if (AttributeOf(written.Type) is not { } attribute)
                continue;
            var layers = original.LayersAt(written.Pointer).Where(layer => layer.Operator.Kind == written.Type).ToList();
            if (layers is not [{ Inputs: [var wire] } layer] || !merges.TryGetValue(wire.Source, out var merge))
                continue;
            var sum = Features(merge);
            foreach (var declared in merge.Inputs.Select(input => sum - Sizes(input)['C']).Concat(sums).Distinct())
            {
                if (declared > 0 && declared != sum)
                    yield return Edit(original, written, $"{attribute} {declared}", fields => fields[attribute] = declared) with
                    {
                        Declared = declared,
                    };
            }
        }

        Sizes Sizes(Wire wire) => original.Reference.Sizes[wire];

        long Features(Layer layer) => Sizes(new(layer.Name))['C'];
    }

    private static string? AttributeOf(string type) => type switch
    {
        "conv1d" or "conv2d" or "conv_transpose1d" or "conv_transpose2d" => "in_channels",
        "linear" => "in_features",
        "batch_norm" => "num_features",
        "lstm" or "gru" => "input_size",
        _ => null,
    };
}
