using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Inference;

/// <summary>The tensors or pictures of a request cannot be used; the message says which and why.</summary>
internal sealed class InferenceException(string code, string message) : Exception(message)
{
    public ProblemHttpResult Problem => Problems.Of(400, code, Message);
}
