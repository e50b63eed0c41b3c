using System.Text.Json;
using ConcatService.Api.Errors;

namespace ConcatService.Api.Requests;

/// <summary>
/// The character NUL, which JSON, URLs and forms can carry and PostgreSQL's text cannot. It is refused where a request comes in, so that no
/// call has to think of it.
/// </summary>
internal static class NulCharacter
{
    public const string Code = "nul_character";

    /// <summary>How many of them a problem names.</summary>
    private const int MostFaults = 20;

    /// <summary>Endpoint metadata: the call reports on its body, whatever is in it, and keeps nothing of it.</summary>
    private sealed record ReportedOn;

    public static RouteHandlerBuilder ReportsOnAnyText(this RouteHandlerBuilder route) => route.WithMetadata(new ReportedOn());

    public static bool IsIn(string? text) => text is not null && text.Contains('\0');

    /// <summary>Every string and name in the body with a NUL, unless the call takes such.</summary>
    public static IReadOnlyList<PointedError> In(JsonElement body, ReadOnlySpan<byte> utf8, Endpoint? endpoint) =>
        utf8.IndexOf("\\u0000"u8) < 0 || endpoint?.Metadata.GetMetadata<ReportedOn>() is not null
            ? []
            : [.. Faults(body, "").Take(MostFaults)];

    private static IEnumerable<PointedError> Faults(JsonElement json, string pointer) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject()
            .SelectMany(member =>
                IsIn(member.Name)
                    ? [new(pointer, Code, "The name of a field contains the character NUL.")]
                    : Faults(member.Value, Pointers.Append(pointer, member.Name))
            ),
        JsonValueKind.Array => json.EnumerateArray().SelectMany((item, index) => Faults(item, $"{pointer}/{index}")),
        JsonValueKind.String when IsIn(json.GetString()) => [new(pointer, Code, $"{pointer} contains the character NUL.")],
        _ => [],
    };
}
