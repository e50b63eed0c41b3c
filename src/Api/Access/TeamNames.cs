using System.Buffers;
using System.Globalization;

namespace ConcatService.Api.Access;

/// <summary>What a new team may be called: nothing that looks like another name, or like code.</summary>
internal static class TeamNames
{
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    );

    /// <summary>Letters of other alphabets, in lower case, and the Latin ones that they look like: a row of each.</summary>
    /// <remarks>Source: Unicode Technical Standard 39, confusables.txt, for the alphabets that people mix up most.</remarks>
    private const string Foreign = "авекмнорстухѕіјԁԛԝһӏьαβγεζηικμνορτυχωςօսհոցյա";
    private const string Latin = "abekmhopctyxsijdqwhlbabyeznikmvoptuxwcouhngjw";

    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>
    /// Whether people may take one name for the other: they differ at most in capitals, in width, in letters of other alphabets, in 0 and
    /// O, in 1, l and I, or in hyphens and underscores.
    /// </summary>
    public static bool IsAlike(string one, string other) => Skeleton(one) == Skeleton(other) || Drawn(one) == Drawn(other);

    /// <summary>A capital I is drawn like a small l.</summary>
    private static string Drawn(string name) => Skeleton(name.Replace('I', 'l'));

    private static string Skeleton(string name) =>
        string.Concat(name.Where(letter => !IsInvisible(letter)).Select(letter => Plain(char.ToLowerInvariant(Narrow(letter)))));

    /// <summary>The letter of the width that Chinese ones have is that of ASCII.</summary>
    private static char Narrow(char letter) => letter is >= '\uFF01' and <= '\uFF5E' ? (char)(letter - 0xFEE0) : letter;

    private static char Plain(char letter) =>
        letter switch
        {
            '0' => 'o',
            '1' or '|' => 'l',
            '_' => '-',
            _ when char.GetUnicodeCategory(letter) == UnicodeCategory.DashPunctuation => '-',
            _ => Foreign.IndexOf(letter) is >= 0 and var place ? Latin[place] : letter,
        };

    private static bool IsInvisible(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format or UnicodeCategory.Control;
}
