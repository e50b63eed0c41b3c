namespace ConcatService.Api.DataSets.Reading;

/// <summary>Text of an upload as it may stand in an answer.</summary>
internal static class Shown
{
    private const int MostLetters = 100;

    /// <summary>Without control characters, and not long.</summary>
    public static string Of(string text)
    {
        var printable = string.Concat(text.Where(letter => !char.IsControl(letter)));
        return printable.Length <= MostLetters ? printable : printable[..MostLetters] + "…";
    }
}
