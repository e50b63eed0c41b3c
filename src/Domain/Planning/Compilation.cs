using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Planning;

/// <summary>A compiled spec. <see cref="Plan"/> is there exactly when there are no errors.</summary>
public sealed record Compilation(Spec Spec, Graph Graph, Planned Planned, Report Report)
{
    public Plan? Plan => Planned.Plan;

    /// <summary>Compiles without looking for causes and fixes: what a proposed fix is proven with.</summary>
    /// <exception cref="JsonException">The JSON is not an object.</exception>
    public static Compilation Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new JsonException($"A spec is a JSON object; this is {JsonText.Shown(json)}.");
        var report = new Report();
        var spec = SpecReader.Read(json, report);
        var graph = Expander.Expand(spec, report);
        var planned = Planner.Plan(graph, report);
        return new(spec, graph, planned, report);
    }

    /// <summary>valid, invalid, or conditional (valid for some sizes of the spec's symbols only).</summary>
    public string Verdict => Report.HasErrors ? "invalid" : Report.HasConditions ? "conditional" : "valid";
}
