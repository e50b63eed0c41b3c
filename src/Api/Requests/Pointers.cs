namespace ConcatService.Api.Requests;

/// <summary>JSON Pointers (RFC 6901).</summary>
internal static class Pointers
{
    public static string Append(string pointer, string field) => $"{pointer}/{field.Replace("~", "~0").Replace("/", "~1")}";
}
