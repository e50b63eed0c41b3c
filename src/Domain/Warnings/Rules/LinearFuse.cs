using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>
/// A 1x1 convolution or linear layer behind a concat, and another weighted layer right behind it: two linear maps in a row are one, unless
/// something else reads what is between, such as the shortcut of a residual block.
/// </summary>
internal sealed class LinearFuse : WarningRule
{
    private const int None = -1;

    public override Code Code { get; } =
        new(
            "train.linear_fuse",
            "The layer that mixes a concat's branches feeds another weighted layer without an activation between them, so together they "
                + "compute no more than one linear layer can. Mixing layers have one in the literature (Lin et al. 2014, section 3.1)."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        var readsConcat = new bool[flow.Count];                                   // with nothing weighted between
        var fuse = new int[flow.Count];                                           // the mixing layer that only linear layers follow so far
        Array.Fill(fuse, None);
        var readOtherwise = new HashSet<int>();                                   // by what is not linear: their numbers count themselves
        Dictionary<int, int>? readers = null;                                     // the first weighted layer behind each
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            if (flow.Sources(i) is not [var source, ..])
                continue;
            var effect = flow.Effects[i];
            if (flow.IsMerge(i))
            {
                foreach (var each in flow.Sources(i))
                    readOtherwise.Add(fuse[each]);
                readsConcat[i] = flow.JoinsFeatures(i);
            }
            else if (effect.Has(Effect.Weighs))
            {
                if (fuse[source] != None && IsDense(flow.Layers[i].Operator))
                    (readers ??= []).TryAdd(fuse[source], i);
                if (readsConcat[source] && flow.IsPointwise(i))
                    fuse[i] = i;
            }
            else
            {
                readsConcat[i] = readsConcat[source];
                fuse[i] = effect.Has(Effect.Activates) ? None : fuse[source];
                if (fuse[i] == None)
                    readOtherwise.Add(fuse[source]);
            }
        }

        foreach (var (mixing, reader) in readers ?? [])
        {
            if (!readOtherwise.Contains(mixing) && !flow.IsOutput(mixing))
                found.Add(Found(flow, mixing, reader));
        }
    }

    private Warning Found(Flow flow, int fuse, int next)
    {
        var (mixing, reader) = (flow.Layers[fuse], flow.Layers[next]);
        var numbers =
            flow.IsPointwise(next) && AsOne(mixing, reader) is { } one
                ? $": {mixing.ParameterCount + reader.ParameterCount:N0} parameters compute what {one:N0} can"
                : ", and two linear maps in a row compute what one can";
        return At(
            flow,
            fuse,
            $"this {mixing.Operator.Kind} mixes the branches, and {flow.NameOf(next)} ({reader.Operator.Kind}) follows without an "
                + $"activation between them{numbers}.",
            $"Put an activation after {flow.NameOf(fuse)}."
        ) with
        {
            Fixes = () => Fixes(flow, fuse),
        };
    }

    /// <summary>
    /// The parameters of the one linear map: from all that arrives, each place by itself where the map was flattened between the two, to
    /// what the second gives.
    /// </summary>
    private static long? AsOne(PlannedLayer mixing, PlannedLayer reader) =>
        Features(mixing.Input) is { } into
        && Features(mixing.Output) is { } between
        && Features(reader.Input) is { } read
        && Features(reader.Output) is { } outOf
        && read % between == 0
            ? Saturating.Add(Saturating.Multiply(Saturating.Multiply(into, read / between), outOf), outOf)
            : null;

    private static bool IsDense(Operator layer) => layer.FeatureFlow == FeatureFlow.Mixed;

    private static IEnumerable<Candidate> Fixes(Flow flow, int fuse)
    {
        var layer = flow.Layers[fuse];
        var (title, effect) = (
            $"Give {flow.NameOf(fuse)} activation \"relu\"",
            "Negative values become 0, so that the two layers are no longer one linear map."
        );
        yield return new(
            $"relu-{Words.Slug(flow.NameOf(fuse))}",
            FixKind.Edit,
            title,
            effect,
            Loss.None,
            Patch(flow, fuse).Set(layer.Path, "activation", "relu").Patch
        );
        yield return new(
            $"relu-fuse-{Words.Slug(flow.NameOf(fuse))}",
            FixKind.Edit,
            title,
            effect,
            Loss.None,
            Patch(flow, fuse).Set(layer.Path["fuse"], "activation", "relu").Patch
        );
    }
}
