using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Jobs;

/// <summary>The concats that a job's trainer watches.</summary>
internal static class TrainedConcats
{
    public static IReadOnlyList<ConcatNode> Of(Job job) =>
        Compiler.Compile(Encoding.UTF8.GetBytes(job.Spec)).Plan is { } plan ? ConcatNode.Of(plan) : [];
}
