using System.Text;
using ConcatService.Api.Memory;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Jobs;

/// <summary>The concats that a job's trainer watches.</summary>
internal static class TrainedConcats
{
    public static async Task<IReadOnlyList<ConcatNode>> OfAsync(Job job, CompilerTurns turns, CancellationToken cancel)
    {
        using var turn = await turns.TakeAsync(cancel);
        return Compiler.Compile(Encoding.UTF8.GetBytes(job.Spec)).Plan is { } plan ? ConcatNode.Of(plan) : [];
    }
}
