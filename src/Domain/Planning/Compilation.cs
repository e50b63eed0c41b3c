using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Warnings;

namespace ConcatService.Domain.Planning;

/// <summary>A compiled spec. <see cref="Plan"/> is there exactly when there are no errors.</summary>
public sealed record Compilation(Spec Spec, Graph Graph, Planned Planned, Report Report)
{
    public Plan? Plan => Planned.Plan;

    /// <summary>valid, invalid, or conditional (valid for some sizes of the spec's symbols only).</summary>
    public string Verdict => Report.HasErrors ? "invalid" : Report.HasConditions ? "conditional" : "valid";
}
