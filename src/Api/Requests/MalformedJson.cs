using System.Text;
using System.Text.Json;
using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Mvc;

namespace ConcatService.Api.Requests;

/// <summary>Where a text stops being JSON, and why.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 characters, as editors count.</param>
/// <param name="Detail">One sentence with both.</param>
internal sealed record MalformedJson(long Line, long Column, string Detail)
{
    public const string Code = "request.malformed_json";

    /// <summary>Null where the text is JSON, and every string in it is text.</summary>
    public static MalformedJson? Find(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        if (utf8.IsEmpty)
            return new(1, 1, "The body is empty; it must be a JSON object.");
        if (FirstNotUtf8(utf8) is { } bad)
            return At(utf8, bad, "the bytes are not UTF-8");
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    reader.GetString();
            }

            return null;
        }
        catch (JsonException malformed)
        {
            return At(utf8, Offset(utf8, malformed.LineNumber ?? 0, malformed.BytePositionInLine ?? 0), Reason(malformed.Message));
        }
        catch (InvalidOperationException)
        {
            return At(utf8, (int)reader.TokenStartIndex, "the string contains half of a surrogate pair");
        }
    }

    public ProblemException ToException()
    {
        var problem = Problems.Of(400, Code, Detail);
        AddTo(problem.ProblemDetails);
        return new(problem);
    }

    public void AddTo(ProblemDetails problem) => (problem.Extensions["line"], problem.Extensions["column"]) = (Line, Column);

    private static MalformedJson At(ReadOnlySpan<byte> utf8, int offset, string reason)
    {
        var before = utf8[..offset];
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new(line, column, $"The body is not JSON at line {line}, column {column}: {reason}.");
    }

    private static int Offset(ReadOnlySpan<byte> utf8, long line, long byteInLine)
    {
        var start = 0;
        for (; line > 0; line--)
            start += utf8[start..].IndexOf((byte)'\n') + 1;
        return (int)Math.Min(start + byteInLine, utf8.Length);
    }

    private static int? FirstNotUtf8(ReadOnlySpan<byte> utf8)
    {
        for (var at = 0; at < utf8.Length;)
        {
            if (Rune.DecodeFromUtf8(utf8[at..], out _, out var length) != System.Buffers.OperationStatus.Done)
                return at;
            at += length;
        }

        return null;
    }

    /// <summary>The first sentence of what the reader says, as a part of ours.</summary>
    private static string Reason(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        var first = (end < 0 ? message : message[..end]).TrimEnd('.');
        return first.StartsWith("Expected depth", StringComparison.Ordinal) ? "an object or a list is not closed"
            : char.IsUpper(first[0]) ? char.ToLowerInvariant(first[0]) + first[1..]
            : first;
    }
}
