using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Edits;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Gives a gate as many numbers as the map beside it has channels, and the map's axes.</summary>
internal sealed class EditGate : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var gate in NarrowGate.Of(merge))
        {
            if (gate.Writer is null && gate.Gate.Shape.SameAxes(gate.Map.Shape))
                continue;                                                       // its width alone is another
            var (maker, attribute) = (gate.Maker, gate.Maker.Operator.Width!.Name);
            var patch = new PatchWriter(merge).Set(maker.Path, attribute, gate.Width);
            var isWhole = gate.Writer is not null && merge.Again.Restores(maker, op => op.With(attribute, gate.Width));
            var shape = new JsonArray([.. gate.Shape.Select(size => (JsonNode)size)]);
            if (gate.Writer is { } writer && !isWhole)
                patch.Set(writer.Path, "shape", shape);
            else if (!isWhole && !patch.Insert(gate.Gate.Index, "reshape", new() { ["type"] = "reshape", ["shape"] = shape }))
                continue;
            yield return new(
                $"gate-{Slug(maker.Name)}-{gate.Width}",
                gate.Writer is null ? FixKind.Adapter : FixKind.Edit,
                $"Set {attribute} of {merge.NameOf(maker.Name)} to {gate.Width}"
                    + (isWhole ? ""
                        : gate.Writer is null ? $", and give {gate.Gate.Name} the axes of {gate.Map.Name}"
                        : $", and shape of {merge.NameOf(gate.Writer.Name)} to [{string.Join(", ", gate.Shape)}]"),
                $"{gate.Gate.Name} then has a number for each of the {gate.Width} channels of {gate.Map.Name}; nothing is lost.",
                Loss.None,
                patch.Patch
            )
            {
                AtTheCause = gate.Writer is not null && maker.Path.ToString() == cause.Path?.ToString(),
                Steps = isWhole ? 1 : 2,
            };
        }
    }
}
