using System.Globalization;
using ConcatService.Domain.Planning;

namespace ConcatService.Pictures.Drawing;

/// <summary>
/// A compiled network as a picture: a box for each layer, the shape on every edge, repetitions folded into one, what align and fuse insert
/// marked, and what does not fit in red, with its reason and the ways of the branches. Light and dark.
/// </summary>
public static class NetworkSvg
{
    /// <summary>What a person can still follow, several times over, and what is drawn within a second.</summary>
    private const int MostBoxes = 2000, MostArrows = 5000;

    /// <summary>A standalone SVG document.</summary>
    /// <param name="compiled">The network.</param>
    /// <param name="trained">What a training showed of its branches. With it nothing is folded: each repetition has its own.</param>
    public static string Draw(Compilation compiled, IReadOnlyList<BranchNote>? trained = null)
    {
        var (diagram, boxOf) = Boxes.Of(compiled);
        var notes = Findings.Mark(compiled, diagram, boxOf);
        if (trained is { Count: > 0 })
            Findings.Mark(trained, diagram, boxOf);
        else
            diagram = Folding.Fold(diagram);
        var name = compiled.Spec.Name ?? "network";
        if (
            diagram.BoxCount > MostBoxes
            || diagram.Arrows.Count > MostArrows
            || diagram.Items.Count == 0
            || Arrangement.Of(diagram) is not { } arranged
        )
            return SvgWriter.Say(
                name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{compiled.Planned.Rows.Count:N0} layers are too many, or too closely wired, to be drawn."
                )
            );
        return SvgWriter.Write(name, arranged, notes);
    }
}
