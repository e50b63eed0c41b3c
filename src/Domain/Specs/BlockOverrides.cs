using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Specs;

/// <summary>
/// A block's <c>with</c>: layer name, at any depth of the block's own lists, to the attributes that differ in this use.
/// </summary>
internal sealed record BlockOverrides(JsonElement Json, SpecPath Path)
{
    private readonly HashSet<string> _seen = [];

    public JsonElement? Take(string name)
    {
        _seen.Add(name);
        return Json.TryGetProperty(name, out var own) ? own : null;
    }

    public void ReportUnused(string block, Report report)
    {
        foreach (var member in Json.EnumerateObject().Where(member => !_seen.Contains(member.Name)))
            report.Error(
                Codes.UnknownField,
                Path[member.Name],
                $"The block '{block}' has no layer '{JsonText.Shortened(member.Name)}' whose attributes could "
                    + $"differ.{Spelling.DidYouMean(member.Name, _seen)}"
            );
    }
}
