using ConcatService.Api.Errors;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>Why an upload is refused. Ends the request from wherever it is found.</summary>
internal sealed class UploadException(string code, string message, int status = StatusCodes.Status422UnprocessableEntity)
    : ProblemException(Problems.Of(status, code, message))
{
    public static UploadException Malformed(string message) => new("dataset.malformed", message);

    public static UploadException TooLarge(string message) => new("dataset.too_large", message, StatusCodes.Status413PayloadTooLarge);
}
