using ConcatService.Api.Errors;

namespace ConcatService.Api.Requests;

/// <summary>Reads forms; what is wrong with one is the caller's fault.</summary>
internal static class Forms
{
    /// <summary>The form of a request, an empty one where its body is none. Who reads it again gets the same.</summary>
    /// <exception cref="ProblemException">The form cannot be read.</exception>
    public static async Task<IFormCollection> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (!request.HasFormContentType)
            return request.Form = FormCollection.Empty;
        try
        {
            return await request.ReadFormAsync(cancel);
        }
        catch (Exception malformed) when (malformed is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new ProblemException(Problems.Of(400, "request.malformed", $"The form cannot be read: {malformed.Message}"));
        }
    }
}
