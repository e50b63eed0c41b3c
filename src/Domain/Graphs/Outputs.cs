using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Graphs;

/// <summary>Resolves what a spec names as its outputs; left out, the last layer is the one.</summary>
internal static class Outputs
{
    /// <param name="last">The output of the outermost list; null when it has none.</param>
    public static IEnumerable<GraphOutput> Of(Spec spec, Scope scope, Feed? last, Names names, Report report)
    {
        if (spec.Layers.Count == 0)
        {
            if (!report.HasErrors)
                report.Error(Codes.NoOutput, SpecPath.Root["layers"], "The network has no layers. Add one.");
            yield break;
        }

        if (spec.Outputs is null)
        {
            if (last is { } output)
                yield return new(output.Wire.Source, names.ToOne(output.Wire, SpecPath.Root["layers"]));
            yield break;
        }

        if (spec.Outputs.Length == 0)
            report.Error(
                Codes.NoOutput,
                SpecPath.Root["outputs"],
                "'outputs' is empty. Name at least one layer, or leave it out for the last one."
            );
        var seen = new HashSet<string>();
        foreach (var reference in spec.Outputs)
        {
            if (!seen.Add(reference.Name))
                report.Error(Codes.DuplicateName, reference.Path, $"The output '{reference.Name}' is there twice. Keep one.");
            else if (
                Names.NameAndPort(reference.Name) is var (name, port)
                && scope.Resolve(name, int.MaxValue, out _) is { } full
                && names.Exists(full)
            )
                yield return new(reference.Name, names.ToOne(new(full, port), reference.Path));
            else
                report.Error(
                    Codes.UnknownInput,
                    reference.Path,
                    $"'outputs' names '{JsonText.Shortened(reference.Name)}', and there is no layer of that "
                        + $"name.{Spelling.DidYouMean(reference.Name, scope.Visible)}"
                );
        }
    }
}
