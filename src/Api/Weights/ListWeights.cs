using ConcatService.Api.Access;
using ConcatService.Api.Paging;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Weights;

/// <summary>GET /v1/weights: the team's own, newest first, without their tensors.</summary>
internal static class ListWeights
{
    public static async Task<Ok<Page<WeightsResource>>> Handle(PageQuery query, Caller caller, ConcatDb db, CancellationToken cancel)
    {
        IQueryable<UploadedWeights> mine = db.Weights.AsNoTracking().Where(weights => weights.TeamId == caller.TeamId);
        if (query.AfterId is { } after)
            mine = mine.Where(weights => weights.Id < after);
        var found = await mine
            .OrderByDescending(weights => weights.Id)
            .Take(query.Limit + 1)
            .Select(each => new WeightsResource(
                each.Id,
                each.Name,
                each.Format,
                each.IsNetwork,
                each.Tensors,
                each.Sha256,
                each.LengthBytes,
                each.CreatedAt,
                null
            ))
            .ToListAsync(cancel);
        return TypedResults.Ok(query.Of(found, weights => weights.Id, weights => weights));
    }
}
