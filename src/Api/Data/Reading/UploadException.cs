using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Data.Reading;

/// <summary>Why an upload is refused. Thrown wherever it is found, caught once by the endpoint.</summary>
internal sealed class UploadException(string code, string message, int status = StatusCodes.Status422UnprocessableEntity)
    : Exception(message)
{
    public ProblemHttpResult Problem => Problems.Of(status, code, Message);

    public static UploadException Malformed(string message) => new("dataset.malformed", message);

    public static UploadException TooLarge(string message) => new("dataset.too_large", message, StatusCodes.Status413PayloadTooLarge);
}
