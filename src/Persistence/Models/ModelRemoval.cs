using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Models;

/// <summary>Takes versions out of the registry. A part of the caller's transaction, which holds the versions' rows locked.</summary>
public static class ModelRemoval
{
    /// <summary>
    /// Deletes versions of one model, with the files that nothing else refers to. Their jobs stay, and a checkpoint may be exported again.
    /// </summary>
    public static async Task RemoveAsync(ConcatDb db, IReadOnlyCollection<ModelVersion> versions, CancellationToken cancel)
    {
        var (team, model) = (versions.First().TeamId, versions.First().ModelId);
        int[] numbers = [.. versions.Select(version => version.Version)];
        Guid[] jobs = [.. versions.Select(version => version.JobId).Distinct()];
        await db
            .ModelVersions.Where(version => version.ModelId == model && numbers.Contains(version.Version))
            .ExecuteDeleteAsync(cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            delete from checkpoint_exports export
            where job_id = any({jobs}) and state = {CheckpointExport.Succeeded} and model_version = any({numbers})
              and model_name = (select name from models where id = {model})
            """,
            cancel
        );
        await RemoveEmptyAsync(db, [model], cancel);
        await LooseFiles.RemoveAsync(db, team, [.. versions.Select(version => version.OnnxSha256)], cancel);
    }

    /// <summary>Deletes those of the models that have no version any more.</summary>
    public static async Task RemoveEmptyAsync(ConcatDb db, IReadOnlyCollection<Guid> models, CancellationToken cancel)
    {
        Guid[] ids = [.. models];
        // In a statement of its own: whoever publishes holds the row, and the next statement sees what was published.
        await db.Database.ExecuteSqlAsync($"select from models where id = any({ids}) order by id for update", cancel);
        await db
            .Models.Where(model => ids.Contains(model.Id) && !db.ModelVersions.Any(version => version.ModelId == model.Id))
            .ExecuteDeleteAsync(cancel);
    }
}
