using ConcatService.Domain.Jobs;

namespace ConcatService.Training;

/// <summary>The weights to export, as far as the training has come.</summary>
/// <param name="export">
/// <see cref="Export.Best"/> goes by the validation score; otherwise, and without a validation split, the newest ones win.
/// </param>
internal sealed class BestWeights(Export export) : IDisposable
{
    /// <summary>Null before the first evaluation.</summary>
    public Snapshot? Snapshot { get; private set; }

    /// <summary>Keeps a copy of the model's weights if they are better than those before. Returns whether they are.</summary>
    public bool Offer(TorchModel model, int epoch, MetricSet? validation)
    {
        if (Snapshot is not null && export == Export.Best && validation?.IsBetterThan(Snapshot.Validation!) == false)
            return false;
        Keep(Snapshot.Of(model, epoch, validation));
        return true;
    }

    /// <summary>Takes over a snapshot.</summary>
    public void Keep(Snapshot? snapshot)
    {
        Snapshot?.Dispose();
        Snapshot = snapshot;
    }

    /// <summary>Hands the snapshot to the caller, who disposes it.</summary>
    public Snapshot? Take()
    {
        var taken = Snapshot;
        Snapshot = null;
        return taken;
    }

    public void Dispose() => Snapshot?.Dispose();
}
