namespace ConcatService.Pictures.Plotting;

/// <summary>A value at a step.</summary>
public readonly record struct Point(long Step, double Value);

/// <summary>A line of a chart.</summary>
/// <param name="Style">Its class in the style sheet: <c>train</c> or <c>validation</c>.</param>
/// <param name="Points">In the order of their steps; what is not a number is left out.</param>
/// <param name="Dots">Whether every point is marked, because there are few.</param>
public sealed record Curve(string Label, string Style, IReadOnlyList<Point> Points, bool Dots = false);

/// <summary>A chart of curves over the steps.</summary>
public sealed record Chart(string Title, IReadOnlyList<Curve> Curves);

/// <summary>A row of the heat map.</summary>
/// <param name="Group">The concat.</param>
/// <param name="Label">The branch.</param>
/// <param name="Note">What is wrong with it, in a word or two; null where nothing is.</param>
public sealed record HeatRow(string Group, string Label, IReadOnlyList<Point> Points, string? Note);

/// <summary>One signal of all branches over the steps.</summary>
/// <param name="Title">What the colors say.</param>
/// <param name="Logarithmic">Whether colors follow the logarithm; otherwise they go from 0 to 1.</param>
/// <param name="Left">How many branches are not drawn.</param>
public sealed record HeatMap(string Title, bool Logarithmic, IReadOnlyList<HeatRow> Rows, int Left);

/// <summary>All that is drawn of a job.</summary>
/// <param name="Steps">The job's last step, where the drawing ends on the right; 1 at least.</param>
public sealed record JobPlot(string Title, long Steps, IReadOnlyList<Chart> Charts, HeatMap? Heat);
