using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Models;

/// <summary>A model version to be. JSON texts where the column is JSON; see <see cref="ModelVersion"/>.</summary>
public sealed record NewModelVersion(
    string OnnxSha256,
    string WeightsSha256,
    string Inputs,
    string Outputs,
    string? Classes,
    string Metrics,
    string Parity
)
{
    /// <summary>What the network answers on the test split; null where it was not asked.</summary>
    public NewAnswers? Answers { get; init; }

    /// <summary>A list of <c>{ code, message }</c> where the version is quarantined; null where it is ready.</summary>
    public string? StateReasons { get; init; }
}

/// <summary>See <see cref="JobAnswers"/>.</summary>
public sealed record NewAnswers(string Outputs, long[]? PictureSamples, long[]? PictureShape, byte[]? Pictures);

/// <summary>The models that jobs leave behind.</summary>
public sealed class ModelRegistry(NpgsqlDataSource source)
{
    // Its own statement, before the version is counted: a second publisher waits here, and then sees the first one's version.
    private const string LockModelSql = """
        insert into models (id, team_id, name) select @id, team_id, coalesce(@name, model_name) from jobs where id = @job
        on conflict (team_id, name) do update set name = excluded.name
        returning id
        """;

    // The newest version that is there counts too: of releases that kept no number.
    private const string AddVersionSql = """
        with numbered as (
            update models set last_version =
                1 + greatest(last_version, (select coalesce(max(version), 0) from model_versions where model_id = @model))
            where id = @model returning last_version)
        insert into model_versions (
            model_id, version, team_id, job_id, checkpoint_step, onnx_sha256, weights_sha256,
            inputs, outputs, classes, metrics, parity, state, state_reasons, created_at)
        select @model, last_version, @team, @job, @step, @onnx, @weights,
               @inputs, @outputs, @classes, @metrics, @parity, @state, @reasons, clock_timestamp()
        from numbered returning version
        """;

    private const string AddAnswersSql = """
        insert into job_answers (job_id, team_id, outputs, picture_samples, picture_shape, pictures)
        values (@job, @team, @outputs, @samples, @shape, @pictures)
        """;

    /// <summary>
    /// Adds a version under the job's model name and ends the job as succeeded, both or neither: no version of a job that did not succeed,
    /// and no succeeded job without its version.
    /// </summary>
    /// <returns>The version's number, from 1.</returns>
    /// <exception cref="StaleFenceException">Another attempt has the job, or it was asked to stop.</exception>
    public async Task<int> PublishAsync(JobFence fence, NewModelVersion model, string resultJson, string actor, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await fence.HoldAsync(connection, cancel);
        var version = await AddVersionAsync(connection, fence.JobId, fence.TeamId, name: null, step: null, model, cancel);
        if (model.Answers is { } answers)
            await AddAnswersAsync(connection, fence, answers, cancel);
        var end = new JobMove(fence.JobId, JobState.Succeeded, StateOf(version, model), actor)
        {
            Fence = fence.Number,
            Result = resultJson,
        };
        if (!await JobTransitions.TryMoveAsync(connection, end, cancel))
            throw new StaleFenceException(fence);
        await transaction.CommitAsync(cancel);
        return version;
    }

    private static string StateOf(int version, NewModelVersion model) =>
        model.StateReasons is null
            ? $"Model version {version} is ready."
            : $"Model version {version} is quarantined: callers get it only by an alias. The model's card says why.";

    /// <summary>Adds a version of a checkpoint in the caller's transaction, under the name that the export has.</summary>
    internal static Task<int> AddAsync(
        NpgsqlConnection connection,
        ExportRequest export,
        NewModelVersion model,
        CancellationToken cancel
    ) =>
        AddVersionAsync(connection, export.JobId, export.TeamId, export.ModelName, export.Step, model, cancel);

    private static async Task AddAnswersAsync(NpgsqlConnection connection, JobFence fence, NewAnswers answers, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(AddAnswersSql, connection);
        command.Parameters.AddWithValue("job", fence.JobId);
        command.Parameters.AddWithValue("team", fence.TeamId);
        command.Parameters.AddWithValue("outputs", NpgsqlDbType.Json, answers.Outputs);
        const NpgsqlDbType longs = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
        command.Parameters.AddWithValue("samples", longs, (object?)answers.PictureSamples ?? DBNull.Value);
        command.Parameters.AddWithValue("shape", longs, (object?)answers.PictureShape ?? DBNull.Value);
        command.Parameters.AddWithValue("pictures", NpgsqlDbType.Bytea, (object?)answers.Pictures ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<Guid> LockModelAsync(NpgsqlConnection connection, Guid job, string? name, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(LockModelSql, connection);
        command.Parameters.AddWithValue("job", job);
        command.Parameters.AddWithValue("name", NpgsqlDbType.Text, (object?)name ?? DBNull.Value);
        command.Parameters.AddWithValue("id", Guid.CreateVersion7());
        return (Guid)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task<int> AddVersionAsync(
        NpgsqlConnection connection,
        Guid job,
        int team,
        string? name,
        long? step,
        NewModelVersion model,
        CancellationToken cancel
    )
    {
        var modelId = await LockModelAsync(connection, job, name, cancel);
        await using var command = new NpgsqlCommand(AddVersionSql, connection);
        command.Parameters.AddWithValue("model", modelId);
        command.Parameters.AddWithValue("team", team);
        command.Parameters.AddWithValue("job", job);
        command.Parameters.AddWithValue("step", NpgsqlDbType.Bigint, (object?)step ?? DBNull.Value);
        command.Parameters.AddWithValue("onnx", model.OnnxSha256);
        command.Parameters.AddWithValue("weights", model.WeightsSha256);
        command.Parameters.AddWithValue("inputs", NpgsqlDbType.Json, model.Inputs);
        command.Parameters.AddWithValue("outputs", NpgsqlDbType.Json, model.Outputs);
        command.Parameters.AddWithValue("classes", NpgsqlDbType.Json, (object?)model.Classes ?? DBNull.Value);
        command.Parameters.AddWithValue("metrics", NpgsqlDbType.Json, model.Metrics);
        command.Parameters.AddWithValue("parity", NpgsqlDbType.Json, model.Parity);
        command.Parameters.AddWithValue("state", model.StateReasons is null ? ModelVersion.Ready : ModelVersion.Quarantined);
        command.Parameters.AddWithValue("reasons", NpgsqlDbType.Json, (object?)model.StateReasons ?? DBNull.Value);
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }
}
