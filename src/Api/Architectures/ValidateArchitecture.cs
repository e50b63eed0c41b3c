using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/validate: the spec is the body, the report the answer; 200 for any JSON object, whatever is wrong with it.
/// </summary>
internal static class ValidateArchitecture
{
    /// <summary>
    /// Writes the report into the response's own pooled memory: as one array it would often be a large object, which only a full collection
    /// frees.
    /// </summary>
    public static async Task Handle(JsonBody spec, HttpResponse response, CompilerTurns turns, CancellationToken cancel)
    {
        using (await turns.TakeAsync(spec.Root, cancel))
            Write(spec, response);
        await response.BodyWriter.FlushAsync(cancel);
    }

    /// <summary>On its own, so that nothing of the compilation is held any more where the turn ends.</summary>
    private static void Write(JsonBody spec, HttpResponse response)
    {
        var compiled = Compiler.Compile(spec.Root);
        response.ContentType = "application/json";
        ReportWriter.Write(response.BodyWriter, compiled);
    }
}
