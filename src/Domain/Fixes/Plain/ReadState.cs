using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// Lets a layer start from the last state of the recurrent layer before it, where it was given that one's outputs at every step.
/// </summary>
internal sealed class ReadState : PlainStrategy
{
    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (
            found.Wanted.Part is null
            || found.Producer(found.Wire) is not { } encoder
            || encoder.Operator.With("return_state", true) is not { } giving
            || found.Attributes(encoder.Layer) is not { } path
        )
            yield break;
        var (name, patch) = (found.NameOf(encoder.Name), found.Patch());
        if (giving != encoder.Operator)
            patch.Set(path, "return_state", true);
        var parts = new List<string>();
        foreach (var (input, part) in States(found, encoder))
        {
            if (found.Written.EdgeOf(input) is not { Written: var written } || !patch.Reroute(input, $"{written}:{part}"))
                yield break;
            parts.Add($"{written}:{part}");
        }

        yield return new(
            Places.KeptAxes - 0.5,
            new(
                $"state-{Words.Slug(name)}",
                FixKind.Edit,
                $"Start {found.Name} from {Words.Listed(parts)}, the last state that {name} returns",
                $"{name} gives its last state beside its outputs; nothing is lost.",
                Loss.None,
                patch.Patch
            )
        );
    }

    /// <summary>The inputs that the same layer gives where states are meant, each with the part that it should be.</summary>
    private static IEnumerable<(int Input, string Part)> States(PlainCase found, PlannedLayer encoder)
    {
        if (found.Layer.Operator.AlsoReads is not var (_, names))
            yield break;
        var first = found.Written.Inputs.Length - names.Each.Count;
        string[] parts = ["state", "cell"];
        for (var i = 0; i < Math.Min(names.Each.Count, parts.Length); i++)
        {
            if (found.Written.Inputs[first + i] == new Wire(encoder.Name))
                yield return (first + i, parts[i]);
        }
    }
}
