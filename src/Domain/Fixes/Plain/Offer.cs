namespace ConcatService.Domain.Fixes.Plain;

/// <summary>A candidate with its place among the others.</summary>
/// <param name="Place">The lower, the sooner it is offered; how surely it is what was meant.</param>
internal readonly record struct Offer(double Place, Candidate Candidate);

/// <summary>
/// The places of the kinds of repair at a layer of one branch: first what was most surely meant and leaves the network as it is, last what
/// computes something else.
/// </summary>
internal static class Places
{
    /// <summary>The number that a layer says is corrected to the one that arrives.</summary>
    public const double Declared = 0;

    /// <summary>An attribute that took axes away keeps them.</summary>
    public const double KeptAxes = 1;

    /// <summary>An input says what its dimensions or numbers are.</summary>
    public const double InputSays = 2;

    /// <summary>Dimensions change places.</summary>
    public const double Permuted = 3;

    /// <summary>Another value of an attribute at the layer itself.</summary>
    public const double OtherValue = 4;

    /// <summary>The same numbers in another shape, or as another type.</summary>
    public const double Reread = 5;

    /// <summary>Another value of an attribute at a layer before.</summary>
    public const double ValueBefore = 6;

    /// <summary>Places are pooled or joined.</summary>
    public const double Joined = 7;

    /// <summary>Weights are put on the way.</summary>
    public const double Projected = 8;

    /// <summary>Another value, far from the one that was written.</summary>
    public const double FarValue = 9;

    /// <summary>The network's input becomes larger.</summary>
    public const double LargerInput = 10;
}
