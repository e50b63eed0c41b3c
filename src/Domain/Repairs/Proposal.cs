using System.Text.Json.Nodes;

namespace ConcatService.Domain.Repairs;

/// <summary>A change that is not compiled yet.</summary>
internal sealed record Proposal(string Id, string Why, JsonArray Patch);
