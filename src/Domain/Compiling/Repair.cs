using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Compiling;

/// <summary>
/// Applies the first fix of every finding, one after the other, where that is an edit or an adapter, until the spec is valid or nothing
/// more can be done.
/// </summary>
public sealed record Repair(JsonNode Spec, IReadOnlyList<AppliedFix> Applied, Compilation Result)
{
    /// <summary>Each fix removes a finding, so that this many are never needed; a bound all the same.</summary>
    private const int MostSteps = 100;

    /// <param name="json">The spec.</param>
    /// <param name="allowed">Kinds of fix that are applied besides edits and adapters.</param>
    /// <exception cref="JsonException">The JSON is not an object.</exception>
    public static Repair Of(JsonElement json, params IReadOnlyCollection<FixKind> allowed)
    {
        var effort = new Effort(300_000);
        var compiled = Compiler.Compile(json, effort);
        var spec = JsonPatch.Read(json);
        var applied = new List<AppliedFix>();
        while (applied.Count < MostSteps && Next(compiled, allowed) is { } found)
        {
            applied.Add(new(found, found.Fixes[0]));
            JsonPatch.Apply(spec, found.Fixes[0].Patch);
            using var document = JsonPatch.Write(spec);
            compiled = Compiler.Compile(document.RootElement.Clone(), effort);
        }

        return new(spec, applied, compiled);
    }

    private static Diagnostic? Next(Compilation compiled, IReadOnlyCollection<FixKind> allowed) =>
        compiled.Report.Diagnostics.FirstOrDefault(found =>
            found.Severity <= Severity.Condition
            && found.Fixes is [{ Kind: var kind }, ..]
            && (kind is FixKind.Edit or FixKind.Adapter || allowed.Contains(kind))
        );
}

/// <summary>A fix that was taken, and the finding that it removed.</summary>
public sealed record AppliedFix(Diagnostic Diagnostic, Fix Fix);
