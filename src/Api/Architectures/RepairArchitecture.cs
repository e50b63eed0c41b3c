using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/repair?allow=rewire,drop: applies the first fix of each error where that is an edit or an adapter, or of a kind
/// that is allowed, and answers the new spec with what was done to it.
/// </summary>
internal static class RepairArchitecture
{
    public static async Task<IResult> Handle(JsonBody spec, CompilerTurns turns, CancellationToken cancel, string? allow = null)
    {
        var kinds = Allowed(allow);
        using var turn = await turns.TakeAsync(spec.Root, cancel);
        return TypedResults.Bytes(ReportWriter.Write(Repair.Of(spec.Root, kinds)), "application/json");
    }

    private static List<FixKind> Allowed(string? allow)
    {
        var kinds = new List<FixKind>();
        foreach (var word in (allow ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            kinds.Add(
                word switch
                {
                    "rewire" => FixKind.Rewire,
                    "drop" => FixKind.Drop,
                    _ => throw new ProblemException(
                        Problems.Of(
                            400,
                            "request.allow",
                            $"allow is '{word}'; expected rewire, drop or both, separated by a comma. Edits and adapters are always "
                                + "applied."
                        )
                    ),
                }
            );
        return kinds;
    }
}
