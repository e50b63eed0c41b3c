namespace ConcatService.Pictures.Drawing;

/// <summary>An arrow with its way: straight where its label stands, curved from row to row.</summary>
internal sealed record Route(Arrow Arrow, IReadOnlyList<Route.Leg> Legs)
{
    /// <summary>
    /// A way from one row to the next: down from (<see cref="FromX"/>, <see cref="Top"/>) to <see cref="CurveTop"/>, in a curve to <see
    /// cref="ToX"/> and <see cref="CurveBottom"/>, and down to <see cref="Bottom"/>.
    /// </summary>
    public sealed record Leg(double FromX, double ToX, double Top, double CurveTop, double CurveBottom, double Bottom);

    /// <summary>The middle of the label, and its baseline. It stands on the last leg.</summary>
    public required (double X, double Y) Label { get; init; }

    /// <summary>Whether the label stands at the end of the last leg, and not at its beginning.</summary>
    public required bool LabelAtTarget { get; init; }
}

/// <summary>A diagram in which everything has its place.</summary>
internal sealed record Arranged(Diagram Diagram, IReadOnlyList<Route> Routes, double Width, double Height, string Around);
