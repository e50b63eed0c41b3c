using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>Branches of very different width, neither made from the other: the wide one dominates what reads the concat.</summary>
/// <remarks>
/// A dense layer's concat (new features beside all that they were made from) is not meant: ignoring the new ones loses nothing there.
/// </remarks>
internal sealed class UnevenWidths : WarningRule
{
    private const long MostRatio = 16;

    /// <summary>Further back it is not looked for where a branch comes from.</summary>
    private const int MostSteps = 500;

    public override Code Code { get; } =
        new(
            "concat.uneven_widths",
            $"One branch has more than {MostRatio} times the features of another that is not computed from it. All features start with "
                + $"weights "
                + "of the same size (He et al. 2015, eq. 10), so the narrow branch contributes under 6% of the next layer's sum."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        foreach (var merge in flow.Merges)
        {
            if (!flow.JoinsFeatures(merge))
                continue;
            var shapes = flow.Layers[merge].InputShapes;
            var (wide, narrow) = (0, 0);
            for (var i = 1; i < shapes.Length; i++)
            {
                if (Features(shapes[i]) > Features(shapes[wide]))
                    wide = i;
                if (Features(shapes[i]) < Features(shapes[narrow]))
                    narrow = i;
            }

            if (
                Features(shapes[wide]) is not { } most
                || Features(shapes[narrow]) is not { } least
                || Features(flow.Layers[merge].Output) is null
                || most <= Saturating.Multiply(MostRatio, least)
            )
                continue;
            var (from, to) = (flow.Sources(merge)[wide], flow.Sources(merge)[narrow]);
            if (IsMadeFrom(flow, to, from) || IsMadeFrom(flow, from, to))
                continue;
            found.Add(Uneven(flow, merge, wide, narrow));
        }
    }

    private Warning Uneven(Flow flow, int merge, int wide, int narrow)
    {
        var shapes = flow.Layers[merge].InputShapes;
        var (most, least) = (Features(shapes[wide])!.Value, Features(shapes[narrow])!.Value);
        var share = 100.0 * least / Features(flow.Layers[merge].Output)!.Value;
        return AtMerge(
            flow,
            merge,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{flow.InputName(merge, wide)} has {most:N0} features and {flow.InputName(merge, narrow)} {least:N0}, {most / least} to "
                    + $"1: at initialization {flow.InputName(merge, narrow)} contributes {share:0.0}% of the next layer's sum."
            ),
            "Widen the narrow branch, or narrow the wide one."
        ) with
        {
            Fixes = () => Fixes(flow, merge, wide, narrow),
        };
    }

    /// <summary>Whether a layer's numbers come from another's; true as well where the search was given up.</summary>
    private static bool IsMadeFrom(Flow flow, int layer, int origin)
    {
        // Most ways back lead through layers with one input, and need no memory.
        while (layer != origin && !flow.IsInput(layer) && !flow.IsMerge(layer) && flow.Sources(layer).Length == 1)
            layer = flow.Sources(layer)[0];
        if (layer == origin)
            return true;
        var open = new Stack<int>([layer]);
        var seen = new HashSet<int>();
        while (open.TryPop(out var at))
        {
            if (flow.IsInput(at) || (at < origin && !flow.IsInput(origin)) || !seen.Add(at))
                continue;
            if (seen.Count > MostSteps)
                return true;
            foreach (var source in flow.Sources(at))
            {
                if (source == origin)
                    return true;
                open.Push(source);
            }
        }

        return false;
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int merge, int wide, int narrow)
    {
        var (most, least) = (flow.Layers[merge].InputShapes[wide], flow.Layers[merge].InputShapes[narrow]);
        var (widened, narrowed) = (Math.Max(1, Features(most)!.Value / 4), Features(least)!.Value * 4);
        var patch = Patch(flow, merge);
        var name = flow.InputName(merge, narrow);
        if (patch.Insert(narrow, "widen", Layer(least, widened)))
            yield return new(
                $"widen-{Words.Slug(name)}",
                FixKind.Adapter,
                $"Widen {name} to {widened:N0} features",
                $"A learned layer with ReLU gives {name} a quarter of the width of {flow.InputName(merge, wide)}.",
                Loss.MadeUp,
                patch.Patch
            );
        patch = Patch(flow, merge);
        name = flow.InputName(merge, wide);
        if (patch.Insert(wide, "narrow", Layer(most, narrowed)))
            yield return new(
                $"narrow-{Words.Slug(name)}",
                FixKind.Adapter,
                $"Narrow {name} to {narrowed:N0} features",
                $"{narrowed:N0} learned combinations of the {Features(most):N0} features of {name} remain.",
                Loss.Dropped,
                patch.Patch
            );
    }

    private static JsonObject Layer(Shape shape, long features) => shape.SpatialAxes.Count() is var spatial && spatial > 0
        ? new() { ["type"] = $"conv{spatial}d", ["out_channels"] = features, ["kernel_size"] = 1, ["activation"] = "relu" }
        : new() { ["type"] = "linear", ["out_features"] = features, ["activation"] = "relu" };
}
