using System.Text.Json;
using ConcatService.Domain.Data;
using ConcatService.Persistence.Storage;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>The stored bytes of one team, for a trainer that reads them until it is asked to stop.</summary>
internal sealed record TeamStore(NpgsqlDataSource Source, int TeamId, CancellationToken Stop)
{
    /// <summary>What an uploaded data set is and where its values are; null when it is gone.</summary>
    public Task<(JsonElement Content, string Sha256)?> FindDataSetAsync(DataSetReference reference) =>
        new DataSetStore(Source).FindAsync(TeamId, reference.Name, reference.Version ?? 0, Stop);

    /// <summary>Writes stored bytes to a stream. Returns whether there are such bytes.</summary>
    public Task<bool> CopyToAsync(string sha256, Stream destination) =>
        new BlobStore(Source).CopyToAsync(TeamId, sha256, destination, Stop);
}
