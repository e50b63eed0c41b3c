using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/validate: the spec is the body, the report the answer; 200 for any JSON object, whatever is wrong with it.
/// </summary>
internal static class ValidateArchitecture
{
    public static IResult Handle(JsonBody spec) => new Answer(Compiler.Compile(spec.Root));

    /// <summary>
    /// Writes the report into the response's own pooled memory: as one array it would often be a large object, which only a full collection
    /// frees.
    /// </summary>
    private sealed class Answer(Compilation compiled) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "application/json";
            ReportWriter.Write(httpContext.Response.BodyWriter, compiled);
            await httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
