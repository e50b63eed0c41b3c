using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/repair: applies the first fix of each error that has one, and answers the new spec with what was done to it.
/// </summary>
internal static class RepairArchitecture
{
    public static IResult Handle(JsonBody spec) => TypedResults.Bytes(ReportWriter.Write(Repair.Of(spec.Root)), "application/json");
}
