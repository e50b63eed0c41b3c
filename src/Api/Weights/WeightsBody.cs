using ConcatService.Api.Errors;
using ConcatService.Api.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ConcatService.Api.Weights;

/// <summary>The file that is sent, the body or the first file of a form, counted while it goes into a temporary file.</summary>
internal static class WeightsBody
{
    private const int MaxBoundary = 128, ChunkBytes = 128 * 1024;

    /// <exception cref="ProblemException">It is over the limit, or the form is none.</exception>
    public static async Task<FileStream> ReadAsync(HttpContext http, WeightLimits limits, CancellationToken cancel)
    {
        // The limit is ours, which answers with the figure.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrels)
            kestrels.MaxRequestBodySize = null;
        if (http.Request.ContentLength > limits.UploadBytes)
            throw TooLarge(limits);
        var file = limits.NewFile();
        try
        {
            await TakeAsync(await FileOfAsync(http.Request, cancel), file, limits, cancel);
            return file;
        }
        catch (Exception refused)
        {
            await file.DisposeAsync();
            if (refused is InvalidDataException)
                throw new ProblemException(Problems.Of(400, "request.malformed", "The form cannot be read."));
            if (
                refused is IOException and not BadHttpRequestException
                && !StorageWatch.IsFull(refused)
                && !cancel.IsCancellationRequested
            )
                throw new ProblemException(
                    Problems.Of(400, "request.truncated", "The body ends before the form does: it was cut off on the way.")
                );
            throw;
        }
    }

    private static async Task TakeAsync(Stream from, FileStream file, WeightLimits limits, CancellationToken cancel)
    {
        var buffer = new byte[ChunkBytes];
        while (await from.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            if (file.Position + read > limits.UploadBytes)
                throw TooLarge(limits);
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
        }

        file.Position = 0;
    }

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

        throw new ProblemException(Problems.Of(400, "weights.no_file", "The form has no file: a part with a file name."));
    }

    private static ProblemException TooLarge(WeightLimits limits) =>
        new(Problems.Of(413, "weights.too_large", $"The file is over the limit of {limits.UploadBytes} bytes."));
}
