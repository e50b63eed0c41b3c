using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Compiling;

/// <summary>
/// Applies the first fix of every finding that has one, one after the other, until the spec is valid or nothing more can be done.
/// </summary>
public sealed record Repair(JsonNode Spec, IReadOnlyList<AppliedFix> Applied, Compilation Result)
{
    /// <summary>Each fix removes a finding, so that this many are never needed; a bound all the same.</summary>
    private const int MostSteps = 100;

    /// <exception cref="JsonException">The JSON is not an object.</exception>
    public static Repair Of(JsonElement json)
    {
        var effort = new Effort(300_000);
        var compiled = Compiler.Compile(json, effort);
        var spec = JsonPatch.Read(json);
        var applied = new List<AppliedFix>();
        while (
            applied.Count < MostSteps
            && compiled.Report.Diagnostics.FirstOrDefault(found => found.Fixes.Count > 0 && found.Severity <= Severity.Condition)
                is { } found
        )
        {
            applied.Add(new(found, found.Fixes[0]));
            JsonPatch.Apply(spec, found.Fixes[0].Patch);
            using var document = JsonPatch.Write(spec);
            compiled = Compiler.Compile(document.RootElement.Clone(), effort);
        }

        return new(spec, applied, compiled);
    }
}

/// <summary>A fix that was taken, and the finding that it removed.</summary>
public sealed record AppliedFix(Diagnostic Diagnostic, Fix Fix);
