namespace ConcatService.Domain.Diagnostics;

/// <summary>Where a layer came from, as its spec says it: a place in a file that was read or written by a program.</summary>
/// <param name="File">The file's name; null where it is not given, as all others.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1.</param>
/// <param name="EndLine">The last line that belongs to it.</param>
/// <param name="EndColumn">The column behind its last character.</param>
/// <param name="Text">What stands there, at most 200 characters.</param>
public sealed record LayerSource(string? File, long? Line, long? Column, long? EndLine, long? EndColumn, string? Text)
{
    public const int MaxText = 200;
}
