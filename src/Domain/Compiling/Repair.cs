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

    /// <summary>Errors and conditions that are still there.</summary>
    public IEnumerable<Diagnostic> Left => Result.Report.Diagnostics.Where(found => found.Severity <= Severity.Condition);

    /// <summary>Why a finding is left, as a sentence.</summary>
    public static string Reason(Diagnostic found) =>
        found.Fixes.Count == 0
            ? "No fix is known."
            : found.Fixes[0].Kind switch
            {
                FixKind.Rewire => $"\"{found.Fixes[0].Title}\" reads another layer. Allow it by allow=rewire.",
                FixKind.Drop => $"\"{found.Fixes[0].Title}\" takes away what is used. Allow it by allow=drop.",
                _ => $"More than {MostSteps} fixes would be needed, or the search took too long. Repair the answer once more.",
            };

    /// <param name="json">The spec.</param>
    /// <param name="allowed">Kinds of fix that are applied besides edits and adapters.</param>
    /// <exception cref="JsonException">The JSON is not an object.</exception>
    public static Repair Of(JsonElement json, params IReadOnlyCollection<FixKind> allowed)
    {
        var effort = new Effort(30_000);
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
