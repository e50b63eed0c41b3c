namespace ConcatService.Domain.Operators;

/// <summary>An attribute, true or false, that decides whether axes stay.</summary>
/// <param name="Attribute">As the spec writes it: <c>keep_dims</c>.</param>
/// <param name="Keeps">Whether they stay as the operator is.</param>
/// <param name="Id">Begins the id of the fix that sets the other value: <c>keep-dims</c>.</param>
/// <param name="Switched">What the layer does with the other value, for the title of that fix: "keep its axes (keep_dims)".</param>
/// <param name="Effect">What that does to its output: "gives the same numbers with axes of one, which stretch."</param>
public sealed record RankSwitch(string Attribute, bool Keeps, string Id, string Switched, string Effect);
