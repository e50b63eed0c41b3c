using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Export.Python;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/pytorch: the spec in the body as PyTorch source; a spec with errors is refused with its report.
/// </summary>
internal static class WritePyTorch
{
    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(
        JsonBody spec,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        using var turn = await turns.TakeAsync(spec.Root, cancel);
        var compiled = Compiler.Compile(spec.Root);
        if (compiled.Plan is not { } plan)
            return Problems.InvalidArchitecture(compiled);
        if (plan.Layers.Where(layer => layer.Operator.StandsFor is not null).ToList() is [_, ..] placeholders)
            return Problems.HasPlaceholders(placeholders);
        return TypedResults.Content(PythonSource.Write(plan, compiled.Spec.Name).Text, "text/x-python; charset=utf-8");
    }
}
