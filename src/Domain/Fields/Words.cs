namespace ConcatService.Domain.Fields;

/// <summary>Names as messages and ids have them.</summary>
internal static class Words
{
    /// <summary>As a sentence lists them: <c>a, b and c</c>.</summary>
    public static string Listed(IEnumerable<string> names) =>
        names.ToArray() is [.. { Length: > 0 } some, var last] ? $"{string.Join(", ", some)} and {last}" : string.Concat(names);

    /// <summary>Inside an id, letters, digits and dashes: <c>Stage1/conv</c> gives <c>stage1-conv</c>.</summary>
    public static string Slug(string name) => new([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')]);
}
