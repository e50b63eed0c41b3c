using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes;

/// <summary>A repair that is not proven yet.</summary>
/// <param name="Id">Stable within the diagnostic: <c>pool-fine</c>.</param>
/// <param name="Kind">What it does to the spec.</param>
/// <param name="Effect">What is lost or made up.</param>
/// <param name="Loss">How much of the information is lost or made up, to rank by.</param>
public sealed record Candidate(string Id, FixKind Kind, string Title, string Effect, Loss Loss, JsonArray Patch)
{
    /// <summary>Whether it fits this size of the inputs alone, where others would hold for more.</summary>
    public bool IsForOneSize { get; init; }

    /// <summary>Who proposed it, to go on in the same way where it brings the next mismatch to light.</summary>
    internal Strategies.FixStrategy? By { get; init; }

    /// <summary>Whether it edits one attribute where the cause is, which comes before everything else.</summary>
    public bool AtTheCause { get; init; }

    /// <summary>Of an edit: how much more usual the layer is then than now, among its siblings and for its kind.</summary>
    public double Gain { get; init; }

    /// <summary>Of an adapter: the branches that it changes.</summary>
    public IReadOnlyList<Branch> Adapted { get; init; } = [];

    /// <summary>Whether no step sees a later one by it.</summary>
    public bool IsCausal { get; init; }

    /// <summary>Of an adapter: whether it throws away what is beyond the other size.</summary>
    public bool Cuts { get; init; }

    /// <summary>Of an adapter: the branch that the others are brought to.</summary>
    public Branch? Target { get; init; }

    /// <summary>Whether it edits a second attribute too, which is offered only where one alone does not do.</summary>
    public bool IsSecondEdit { get; init; }

    /// <summary>Of an edit: whether it changes how many features a layer gives.</summary>
    public bool IsWidth { get; init; }

    /// <summary>Of an edit: whether it takes its stride from a shortcut that widens too, at the start of a stage.</summary>
    public bool IsOfTransition { get; init; }

    /// <summary>How many layers it inserts or places it changes.</summary>
    public int Steps { get; init; } = Patch.Count;

    /// <summary>Whether it leaves the network as it is and excludes the sizes that do not fit.</summary>
    public bool IsPromise { get; init; }
}

/// <summary>What a repair does to the information, the best first.</summary>
public enum Loss
{
    None,
    /// <summary>Values are averaged or interpolated; every input still counts.</summary>
    Resampled,
    /// <summary>Cells are invented (zeros) or learned anew.</summary>
    MadeUp,
    /// <summary>Cells are thrown away.</summary>
    Dropped,
    /// <summary>The network computes something else than was written.</summary>
    Rewired,
    /// <summary>Nothing is lost, but the network grows beyond what was written: by weights, or by channels for what comes behind.</summary>
    Grown,
}
