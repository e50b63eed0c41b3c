using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Training.Checkpoints;
using ConcatService.Training.Optimizers;
using static TorchSharp.torch;

namespace ConcatService.Training.Repairs;

/// <summary>What every candidate begins with: the unchanged network at a checkpoint, or as seed and initial weights make it.</summary>
/// <param name="Plan">Of the unchanged network.</param>
/// <param name="Settings">Of the unchanged job, resolved.</param>
/// <param name="Step">Steps done there.</param>
/// <param name="Checkpoint">A whole checkpoint of the job; null for the beginning.</param>
/// <param name="Weights">The job's initial weights; null for random ones.</param>
internal sealed record RaceStart(Plan Plan, TrainingSettings Settings, long Step, byte[]? Checkpoint, StartWeights? Weights)
{
    /// <summary>The unchanged network, to be disposed.</summary>
    public TorchModel Make(long seed, Device device)
    {
        random.manual_seed(seed);
        var model = new TorchModel(Plan, device);
        if (Checkpoint is null)
        {
            Initializers.Fill(model, Settings.Initialization);
            Weights?.Fill(model);
            return model;
        }

        using var file = new MemoryStream(Checkpoint);
        var kept = TrainingState.Read(file);
        var settings = TrainingSettings.Read(kept.Settings, new Report());
        using var optimizer = Optimizer.For(settings.Optimizer, model);
        TrainingState.Fill(file, TrainingState.Tensors(model, optimizer, average: null, best: null));
        return model;
    }
}
