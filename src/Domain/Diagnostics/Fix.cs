using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Diagnostics;

/// <summary>A repair that was compiled before it was offered.</summary>
/// <param name="Id">Stable within the diagnostic: <c>pool-fine</c>.</param>
/// <param name="Effect">What is lost or made up.</param>
/// <param name="OutputShape">What the merge gives afterwards.</param>
/// <param name="Patch">RFC 6902, on the spec as sent.</param>
public sealed record Fix(string Id, string Title, string Effect, long AddedParameters, long? AddedMacs, Shape OutputShape, JsonArray Patch);
