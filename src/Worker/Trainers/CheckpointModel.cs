using System.Security.Cryptography;
using System.Text;
using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Storage;
using ConcatService.Training.Checkpoints;
using ConcatService.Worker.Protocol;
using Npgsql;

namespace ConcatService.Worker.Trainers;

/// <summary>Makes a model of a checkpoint and stores its file. Writes nothing to the job, which somebody else may have.</summary>
internal static class CheckpointModel
{
    /// <summary>The answer to <see cref="MessageKind.Export"/>: a version to publish, or why there is none.</summary>
    /// <exception cref="NpgsqlException">The database is away: another attempt may have more luck.</exception>
    public static async Task<Message> MakeAsync(NpgsqlDataSource source, Message asked, CancellationToken stop)
    {
        try
        {
            return await TryMakeAsync(source, asked, stop);
        }
        catch (Exception failure) when (failure is not (NpgsqlException or OperationCanceledException))
        {
            await Console.Error.WriteLineAsync(failure.ToString());
            return Problem($"The export broke off: {failure.Message}");
        }
    }

    private static async Task<Message> TryMakeAsync(NpgsqlDataSource source, Message asked, CancellationToken stop)
    {
        var store = new TeamStore(source, asked.TeamId, stop);
        if (
            await ClaimedJob.ReadAsync(source, asked.JobId, stop) is not { } job
            || await TrainingSource.FindAsync(job.Dataset, store) is not { } data
        )
            return Problem("The job or its data set is not there any more.");
        if (SampleSizes.Compile(Encoding.UTF8.GetBytes(job.Spec), data.Info).Plan is not { } plan)
            return Problem("The job's network is not valid any more.");

        await data.FetchAsync(store);
        await using var checkpoint = CheckpointUpload.Nameless();
        if (!await store.CopyToAsync(asked.Sha256, checkpoint) || await HashAsync(checkpoint, stop) != asked.Sha256)
            return Problem($"The checkpoint's bytes are not those that were stored under {asked.Sha256}.");

        var metadata = TrainJob.Metadata(job);
        metadata["checkpoint_step"] = $"{asked.Step}";
        var made = await TrainingThread.RunAsync(() =>
        {
            using var values = data.Load();
            var start = job.InitialWeights is { } json ? WeightsPlan.Parse(json) : null;
            return ExportedCheckpoint.Make(plan, values, metadata, checkpoint, stop, start);
        });
        if (!made.Parity.Holds)
            return Problem($"ONNX Runtime does not compute what the checkpoint does: {TrainerJson.Element(made.Parity).GetRawText()}.");
        using var bytes = new MemoryStream(made.Onnx);
        var onnx = await new BlobStore(source).PutAsync(asked.TeamId, bytes, stop);
        return new Message(MessageKind.Exported)
        {
            Version = TrainJob.Version(
                plan,
                data.Info,
                onnx.Sha256,
                made.WeightsSha256,
                made.Validation?.Named("validation") ?? [],
                made.Parity
            ),
        };
    }

    private static Message Problem(string problem) => new(MessageKind.Exported) { Problem = problem };

    private static async Task<string> HashAsync(FileStream file, CancellationToken stop)
    {
        file.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, stop));
        file.Position = 0;
        return hash;
    }
}
