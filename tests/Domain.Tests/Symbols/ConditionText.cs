using System.Globalization;

namespace ConcatService.Domain.Tests.Symbols;

/// <summary>Reads a condition as a caller would: <c>H % 16 == 0 and H >= 16 or H in {1..3, 8}</c>.</summary>
internal static class ConditionText
{
    public static bool Holds(string condition, string symbol, long size) =>
        condition.Split(" or ").Any(option => option.Split(" and ").All(term => Term(term.Split(' '), symbol, size)));

    private static bool Term(string[] words, string symbol, long size)
    {
        if (words[0] != symbol)
            throw new FormatException($"'{string.Join(' ', words)}' does not begin with {symbol}.");
        var at = words[1] == "%" ? 3 : 1;
        var value = at == 3 ? size % Number(words[2]) : size;
        return words[at] switch
        {
            "==" => value == Number(words[at + 1]),
            "!=" => value != Number(words[at + 1]),
            ">=" => value >= Number(words[at + 1]),
            "<=" => value <= Number(words[at + 1]),
            "in" => string.Concat(words[(at + 1)..])
                .Trim('{', '}')
                .Split(',')
                .Any(run => value >= Number(run.Split("..")[0]) && value <= Number(run.Split("..")[^1])),
            _ => throw new FormatException($"'{words[at]}' is no comparison."),
        };
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
