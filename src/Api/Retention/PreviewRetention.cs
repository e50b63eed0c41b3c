using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Persistence;
using ConcatService.Persistence.Retention;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Retention;

/// <summary>
/// POST /v1/retention/preview: the body of PUT /v1/retention; what would be deleted of the team now. Fields that are left out are as they
/// are in force. Deletes nothing.
/// </summary>
internal static class PreviewRetention
{
    public const string Example = """{ "events": "P30D" }""";

    /// <param name="Kind">As the settings call it.</param>
    /// <param name="Keep">The duration that was looked with; null: forever, and nothing goes.</param>
    /// <param name="Rows">Events, points and their rollups, checkpoints, exports and blobs, rows of the audit.</param>
    /// <param name="Bytes">Of these rows; of checkpoints and blobs the content, where nothing else has the same.</param>
    public sealed record Item(string Kind, string? Keep, long Rows, long Bytes);

    /// <param name="Data">An entry for each kind.</param>
    public sealed record Response(long Rows, long Bytes, IReadOnlyList<Item> Data);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        JsonBody body,
        Caller caller,
        ConcatDb db,
        RetentionSettings instance,
        RetentionSweep sweep,
        CancellationToken cancel
    )
    {
        if (RetentionReading.Faults(body.Root, instance) is { Count: > 0 } faults)
            return Problems.Invalid([.. faults]);
        var settings = instance.With(await db.FindRetentionAsync(caller.TeamId, cancel)).With(body.Root);
        var found = await sweep.PreviewAsync(RetentionScope.Of(caller.TeamId, settings), cancel);
        return TypedResults.Ok(
            new Response(
                found.Sum(each => each.Rows),
                found.Sum(each => each.Bytes),
                [.. found.Select(each => new Item(each.Kind.Name(), RetentionPeriods.Text(settings[each.Kind]), each.Rows, each.Bytes))]
            )
        );
    }
}
