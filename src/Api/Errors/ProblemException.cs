using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Errors;

/// <summary>
/// Ends a request with a problem from where no result can be returned: while its parameters are bound, or deep in a reader.
/// </summary>
internal class ProblemException(ProblemHttpResult problem) : Exception(problem.ProblemDetails.Detail)
{
    public ProblemHttpResult Problem => problem;
}
