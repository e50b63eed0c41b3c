using System.Text.Json;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Specs;

namespace ConcatService.Api.Requests;

/// <summary>
/// The body of a request: a JSON object, with its bytes, for as long as the request lasts. Read here and not by the framework, so that
/// whatever is wrong with it gets an answer that says where: 413 over the limit, 400 for what is not a JSON object.
/// </summary>
internal sealed record JsonBody(JsonElement Root, ReadOnlyMemory<byte> Utf8)
{
    private const int MaxBytes = Compiler.MaxBytes;

    /// <summary>Memory is taken for what has come, not for what was announced.</summary>
    private const int FirstBytes = 1 << 16;

    /// <summary>As deep as a spec may be. Answers that repeat a body are one or two deeper.</summary>
    public const int MaxDepth = SpecReader.MaxJsonDepth;

    /// <summary>A number of one digit and its comma make a row of 12 bytes in the document's table, which grows by doubling.</summary>
    private const int ParsedBytesPerByte = 8;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Bound by ASP.NET Core.</summary>
    public static async ValueTask<JsonBody> BindAsync(HttpContext context)
    {
        var utf8 = await BytesAsync(context.Request, context.RequestAborted);
        MemoryShare.Of(context).Take((long)ParsedBytesPerByte * utf8.Length);
        try
        {
            Unicode.Require(utf8.Span, MaxDepth);
            var document = JsonDocument.Parse(utf8, Options);
            context.Response.RegisterForDispose(document); // its memory is lent: it lasts as long as the request, and no longer
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ProblemException(Problems.Of(400, "request.not_an_object", "The body must be a JSON object."));
            if (BodyFields.Unknown(document.RootElement, context.GetEndpoint()).ToArray() is { Length: > 0 } unknown)
                throw new ProblemException(Problems.Invalid(unknown));
            return NulCharacter.In(document.RootElement, utf8.Span, context.GetEndpoint()) is { Count: > 0 } faults
                ? throw new ProblemException(Problems.Invalid([.. faults]))
                : new(document.RootElement, utf8);
        }
        catch (JsonException)
        {
            throw MalformedJson.Find(utf8.Span, MaxDepth)!.ToException();
        }
    }

    /// <summary>Reads back what came as a body once.</summary>
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, Options);
        return document.RootElement.Clone();
    }

    /// <summary>
    /// The whole body, or a 413 as soon as it is over the limit, also where no length was announced. It lies outside the managed heap, for
    /// as long as the request lasts.
    /// </summary>
    public static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > MaxBytes)
            throw new ProblemException(Problems.TooLarge());
        var memory = MemoryShare.Of(request.HttpContext);
        var mostBytes = (int)(request.ContentLength ?? MaxBytes + 1);
        var capacity = Math.Min(mostBytes, FirstBytes);
        memory.Take(capacity);
        var body = new NativeBytes(capacity);
        request.HttpContext.Response.RegisterForDispose(body);
        var length = 0;
        while (length < mostBytes)
        {
            if (length == capacity)
            {
                var larger = Math.Min(mostBytes, 2 * capacity);
                memory.Take(larger - capacity);
                body.Resize(capacity = larger);
            }

            if (await request.Body.ReadAsync(body.Memory[length..], cancel) is not (> 0 and var read))
                break;
            length += read;
        }

        return length <= MaxBytes ? body.Memory[..length] : throw new ProblemException(Problems.TooLarge());
    }
}
