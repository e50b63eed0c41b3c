namespace ConcatService.Domain.Telemetry;

/// <summary>A number that is measured in every sample of a training: one row of <see cref="Signals"/>.</summary>
/// <param name="Name">Ends the names of its series, and is its key in <c>signals</c> of <c>GET /v1/jobs/{id}/concats</c>.</param>
/// <param name="Scope">What it is measured of.</param>
/// <param name="Unit">Its unit and range.</param>
/// <param name="Formula">How it is computed, and where it is missing.</param>
/// <param name="Source">Where the formula is from; null where it needs none.</param>
public sealed record Signal(string Name, SignalScope Scope, string Unit, string Formula, string? Source)
{
    /// <summary>The series of a branch: <c>concat/LAYER/BRANCH/SIGNAL</c>.</summary>
    public string SeriesOf(ConcatNode concat, ConcatBranch branch) => $"concat/{concat.Name}/{branch.Name}/{Name}";

    /// <summary>The series of a layer: <c>layer/LAYER/SIGNAL</c>.</summary>
    public string SeriesOf(string layer) => $"layer/{layer}/{Name}";
}

/// <summary>What a <see cref="Signal"/> is measured of.</summary>
public enum SignalScope
{
    /// <summary>One input of a concat.</summary>
    Branch,

    /// <summary>One input of a concat, at an evaluation: what the network loses without it.</summary>
    Evaluation,

    /// <summary>One layer.</summary>
    Layer,

    /// <summary>The training as a whole.</summary>
    Job,
}
