using ConcatService.Api.Access;
using ConcatService.Domain.Data;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.DataSets;

/// <summary>Finds data sets by their names.</summary>
internal static class DataSetReading
{
    /// <summary>The team's data set, its newest version where none is named; null where there is none.</summary>
    public static async Task<UploadedDataSet?> FindDataSetAsync(this ConcatDb db, Caller caller, string name, CancellationToken cancel) =>
        DataSetReference.TryParse(name) is not { } reference
            ? null
            : await db
                .DataSets.AsNoTracking()
                .Where(data =>
                    data.TeamId == caller.TeamId
                    && data.Name == reference.Name
                    && (reference.Version == null || data.Version == reference.Version)
                )
                .OrderByDescending(data => data.Version)
                .FirstOrDefaultAsync(cancel);

    /// <summary>What to answer when there is none: the names, and the nearest spelling.</summary>
    public static async Task<string> UnknownDataSetAsync(this ConcatDb db, Caller caller, string name, CancellationToken cancel) =>
        BuiltInDataSets.Unknown(
            name,
            await db.DataSets.Where(data => data.TeamId == caller.TeamId).Select(data => data.Name).Distinct().Order().ToListAsync(cancel)
        );
}
