namespace ConcatService.Pictures.Drawing;

/// <summary>What a training showed of a branch, to be written where it meets the others.</summary>
/// <param name="Merge">The full name of the layer where they meet.</param>
/// <param name="Source">The layer or input that the branch comes from.</param>
/// <param name="Port">Which of its outputs.</param>
/// <param name="Share">The part of the branch in what is computed behind: 0 to 1, negative against the others; null: not measured.</param>
/// <param name="Verdicts">What is wrong with it; empty: nothing.</param>
public sealed record BranchNote(string Merge, string Source, int Port, double? Share, IReadOnlyList<string> Verdicts);
