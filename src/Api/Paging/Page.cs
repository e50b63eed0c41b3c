namespace ConcatService.Api.Paging;

/// <summary>A part of a list, newest first.</summary>
/// <param name="Data">The part.</param>
/// <param name="HasMore">Whether there are older ones.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> to get them; null when there are none.</param>
internal sealed record Page<T>(IReadOnlyList<T> Data, bool HasMore, string? NextCursor);
