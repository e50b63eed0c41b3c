namespace ConcatService.Pictures.Plotting;

/// <summary>Differences with their intervals, one below the other.</summary>
/// <param name="Title">Above the picture.</param>
/// <param name="Axis">What is drawn, and in which unit.</param>
public sealed record ForestPlot(string Title, string Axis, IReadOnlyList<ForestRow> Rows);

/// <summary>One line of it.</summary>
/// <param name="Value">The point; null where there is none yet.</param>
/// <param name="Low">The interval's lower end; null where there is no interval.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Note">Beside the line.</param>
/// <param name="IsSure">Drawn filled.</param>
public sealed record ForestRow(string Label, double? Value, double? Low, double? High, string Note, bool IsSure);
