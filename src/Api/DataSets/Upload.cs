using System.Text;
using ConcatService.Api.DataSets.Reading;
using ConcatService.Api.Errors;
using ConcatService.Api.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ConcatService.Api.DataSets;

/// <summary>
/// A multipart form while it arrives: files go to temporary files, counted on the way; nothing else of them is believed yet.
/// </summary>
internal sealed class Upload : IDisposable
{
    private const int MaxBoundary = 128, MaxFieldBytes = 64 * 1024, MaxParts = 32;

    private readonly List<UploadedFile> _files = [];

    public UploadForm Form { get; } = new();

    public IReadOnlyList<UploadedFile> Files => _files;

    /// <exception cref="UploadException">The form is over a limit, or not what is taken.</exception>
    /// <exception cref="ProblemException">The body is no multipart form, or ends too early.</exception>
    public static async Task<Upload> ReadAsync(HttpRequest request, UploadLimits limits, CancellationToken cancel)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= MaxBoundary } boundary
        )
            throw new ProblemException(
                Problems.Of(
                    415,
                    "unsupported_media_type",
                    "A data set is sent as multipart/form-data: fields, and files as parts with a file name."
                )
            );
        if (request.ContentLength > limits.UploadBytes)
            throw TooLarge(limits);
        var upload = new Upload();
        try
        {
            await upload.TakeAsync(new MultipartReader(boundary.ToString(), request.Body), limits, cancel);
            upload.Form.Require();
            return upload._files.Count > 0
                ? upload
                : throw new UploadException("dataset.form", "The form has no file: a part with a file name.");
        }
        catch (Exception refused)
        {
            upload.Dispose();
            if (
                refused is IOException and not BadHttpRequestException
                && !StorageWatch.IsFull(refused)
                && !cancel.IsCancellationRequested
            )
                throw new ProblemException(
                    Problems.Of(400, "request.truncated", "The body ends before the form does: it was cut off on the way.")
                );
            if (refused is InvalidDataException malformed)
                throw new ProblemException(Problems.Of(400, "request.malformed", $"The form cannot be read: {malformed.Message}"));
            throw;
        }
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private async Task TakeAsync(MultipartReader reader, UploadLimits limits, CancellationToken cancel)
    {
        var (left, parts) = (limits.UploadBytes, 0);
        while (await reader.ReadNextSectionAsync(cancel) is { } section)
        {
            if (++parts > MaxParts)
                throw UploadException.TooLarge($"The form has more than {MaxParts} parts.");
            if (
                !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name) is not { Length: > 0 } name
            )
                throw new ProblemException(Problems.Of(400, "request.malformed", "A part of the form has no name."));
            var fileName = HeaderUtilities
                .RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName)
                .ToString();
            if (string.IsNullOrEmpty(fileName))
                Form.Take(name.ToString(), await TextAsync(section.Body, name.ToString(), cancel));
            else
                left -= await TakeFileAsync(name.ToString(), fileName, section.Body, left, limits, cancel);
        }
    }

    private async Task<long> TakeFileAsync(
        string name,
        string fileName,
        Stream body,
        long left,
        UploadLimits limits,
        CancellationToken cancel
    )
    {
        var content = limits.NewFile();
        _files.Add(new(name, fileName, content, []));
        var buffer = new byte[128 * 1024];
        while (await body.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            if (content.Position + read > left)
                throw TooLarge(limits);
            await content.WriteAsync(buffer.AsMemory(0, read), cancel);
        }

        var length = content.Position;
        content.Position = 0;
        var start = new byte[(int)Math.Min(8, length)];
        content.ReadExactly(start);
        content.Position = 0;
        _files[^1] = new(name, fileName, content, start);
        return length;
    }

    private static async Task<string> TextAsync(Stream body, string name, CancellationToken cancel)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return length <= MaxFieldBytes
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw UploadException.TooLarge($"The field '{Shown.Of(name)}' has more than {MaxFieldBytes} bytes.");
    }

    private static UploadException TooLarge(UploadLimits limits) =>
        UploadException.TooLarge($"The upload is over the limit of {limits.UploadBytes} bytes.");
}
