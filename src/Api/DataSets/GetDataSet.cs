using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Data;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.DataSets;

/// <summary>GET /v1/datasets/{name}: the newest version, or <c>name@version</c>.</summary>
internal static class GetDataSet
{
    public static async Task<Results<Ok<DataSetResource>, ProblemHttpResult>> Handle(
        string name,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        if (BuiltInDataSets.Find(name) is { } known)
            return TypedResults.Ok(DataSetResource.Of(known));
        return await db.FindDataSetAsync(caller, name, cancel) is { } found
            ? TypedResults.Ok(DataSetResource.Of(found))
            : Problems.Of(404, "not_found", await db.UnknownDataSetAsync(caller, name, cancel));
    }
}
