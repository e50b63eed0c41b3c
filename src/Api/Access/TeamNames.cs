using System.Buffers;

namespace ConcatService.Api.Access;

/// <summary>What a new team may be called: nothing that looks like another name, or like code.</summary>
internal static class TeamNames
{
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    );

    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(Characters);
}
