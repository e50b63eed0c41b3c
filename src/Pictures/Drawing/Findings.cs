using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Pictures.Drawing;

/// <summary>
/// Marks what a report is about: what does not fit and why, what fits for some sizes only, who is to blame, and the ways that the branches
/// took since they parted.
/// </summary>
internal static class Findings
{
    /// <summary>Merges whose branches are followed; a picture with more is past reading, and each costs a walk over the network.</summary>
    private const int MostFollowed = 20;

    private const int MostNotes = 10;

    /// <returns>Lines for what has no box to stand in: a field that is not known, a name that nothing has.</returns>
    public static IReadOnlyList<string> Mark(Compilation compiled, Diagram diagram, IReadOnlyDictionary<string, Box> boxOf)
    {
        var notes = new List<string>();
        foreach (var found in compiled.Report.Diagnostics.Where(found => found.Severity is Severity.Error or Severity.Condition))
        {
            if (found.Layer is null || !boxOf.TryGetValue(found.Layer, out var box))
                notes.AddRange(Text.Wrap($"{found.Path}: {found.Message}"));
            else
                Mark(box, found, boxOf);
        }

        var arrows = diagram.Arrows.ToLookup(arrow => (arrow.From, arrow.To));
        foreach (
            var found in compiled
                .Report.Diagnostics.Where(found => found is { Severity: Severity.Error, Mismatch: not null })
                .Take(MostFollowed)
        )
            Follow(new(compiled, found, default), boxOf, arrows);
        return notes.Count <= MostNotes ? notes : [.. notes.Take(MostNotes - 1), "…"];
    }

    /// <summary>Writes each branch's share on its last arrow, and what is wrong with it, in red, into the box where it arrives.</summary>
    public static void Mark(IReadOnlyList<BranchNote> trained, Diagram diagram, IReadOnlyDictionary<string, Box> boxOf)
    {
        var arrows = diagram.Arrows.ToLookup(arrow => (arrow.From, arrow.To, arrow.Port));
        foreach (var note in trained)
        {
            if (!boxOf.TryGetValue(note.Merge, out var merge) || !boxOf.TryGetValue(note.Source, out var from))
                continue;
            foreach (var arrow in arrows[(from, merge, note.Port)])
            {
                arrow.Share = note.Share;
                arrow.Bad |= note.Verdicts.Count > 0;
            }

            if (note.Verdicts.Count == 0)
                continue;
            merge.Marks |= Marks.Conditional;
            merge.Reason = [.. merge.Reason, .. Text.Wrap($"{note.Source}: {string.Join(", ", note.Verdicts)}")];
        }
    }

    private static void Mark(Box box, Diagnostic found, IReadOnlyDictionary<string, Box> boxOf)
    {
        var mark = found.Severity == Severity.Error ? Marks.Broken : Marks.Conditional;
        if (!box.Is(Marks.Broken | mark))
            box.Reason = Text.Wrap(Sentence(found));
        box.Marks |= mark;
        if (mark == Marks.Broken && found.Cause?.Layer is { } blamed && boxOf.TryGetValue(blamed, out var cause) && cause != box)
            cause.Marks |= Marks.Blamed;
    }

    /// <summary>The message without the name that the box has already; names of fields are left as they are.</summary>
    private static string Sentence(Diagnostic found)
    {
        var message = found.Message.StartsWith($"{found.Layer}: ", StringComparison.Ordinal)
            ? found.Message[(found.Layer!.Length + 2)..]
            : found.Message;
        var first = message.Split(' ')[0];
        return first.Length == 0 || first.Contains('_') ? message : char.ToUpperInvariant(message[0]) + message[1..];
    }

    private static void Follow(MergeCase merge, IReadOnlyDictionary<string, Box> boxOf, ILookup<(Item From, Item To), Arrow> arrows)
    {
        foreach (var branch in merge.Branches)
        {
            // From the common ancestor; where there is none, from what gives this branch its first layer.
            var start =
                merge.Ancestor?.Source
                ?? (branch.Path is [{ Inputs: [var first, ..] }, ..] ? first : merge.Merge.Inputs[branch.Index]).Source;
            var way = branch
                .Path.Select(layer => layer.Name)
                .Prepend(start)
                .Append(merge.Merge.Name)
                .Where(boxOf.ContainsKey)
                .Select(name => boxOf[name])
                .ToList();
            foreach (var (from, to) in way.Zip(way.Skip(1)))
            {
                from.Marks |= Marks.OnPath;
                foreach (var arrow in arrows[(from, to)])
                    arrow.Bad = true;
            }
        }
    }
}
