using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ConcatService.Api.Architectures;

/// <summary>
/// The file that is to be imported: the body, or the first file of a form. Small ones are kept in memory, larger ones in a temporary file,
/// which goes with the request.
/// </summary>
internal sealed class ImportBody : IDisposable
{
    /// <summary>The largest file, in bytes: of an ONNX model only the graph is kept, but the whole of it must come.</summary>
    private const long MaxBytes = 2_000_000_000;

    private const int InMemoryBytes = 1 << 20, MaxBoundary = 128, ChunkBytes = 64 * 1024;

    /// <summary>From its start.</summary>
    public Stream Content { get; private set; } = new MemoryStream();

    public static async Task<ImportBody> ReadAsync(HttpContext http, CancellationToken cancel)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrels)
            kestrels.MaxRequestBodySize = MaxBytes;
        if (http.Request.ContentLength > MaxBytes)
            throw TooLarge();
        var body = new ImportBody();
        try
        {
            await body.TakeAsync(await FileOfAsync(http.Request, cancel), cancel);
            return body;
        }
        catch (Exception refused)
        {
            body.Dispose();
            if (refused is InvalidDataException)
                throw new ProblemException(Problems.Of(400, "request.malformed", "The form cannot be read."));
            if (refused is IOException and not BadHttpRequestException && !cancel.IsCancellationRequested)
                throw new ProblemException(
                    Problems.Of(400, "request.truncated", "The body ends before the form does: it was cut off on the way.")
                );
            throw;
        }
    }

    public void Dispose() => Content.Dispose();

    private async Task TakeAsync(Stream file, CancellationToken cancel)
    {
        var chunk = new byte[ChunkBytes];
        while (await file.ReadAsync(chunk, cancel) is > 0 and var read)
        {
            if (Content.Length + read > MaxBytes)
                throw TooLarge();
            if (Content is MemoryStream && Content.Length + read > InMemoryBytes)
                await MoveToDiskAsync(cancel);
            await Content.WriteAsync(chunk.AsMemory(0, read), cancel);
        }

        Content.Position = 0;
    }

    private async Task MoveToDiskAsync(CancellationToken cancel)
    {
        var held = Content;
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Content = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, ChunkBytes, FileOptions.DeleteOnClose);
        held.Position = 0;
        await held.CopyToAsync(Content, cancel);
    }

    private static ProblemException TooLarge() =>
        new(Problems.Of(413, "import.too_large", $"The file is over the limit of {MaxBytes} bytes. Export it without its weights."));

    private static async Task<Stream> FileOfAsync(HttpRequest request, CancellationToken cancel)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
            return request.Body;
        if (HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= MaxBoundary } boundary)
            throw new ProblemException(Problems.Of(400, "request.malformed", "The form has no boundary."));
        var reader = new MultipartReader(boundary.ToString(), request.Body);
        while (await reader.ReadNextSectionAsync(cancel) is { } section)
        {
            if (section.GetContentDispositionHeader()?.IsFileDisposition() == true)
                return section.Body;
        }

        throw new ProblemException(Problems.Of(400, "import.no_file", "The form has no file: a part with a file name."));
    }
}
