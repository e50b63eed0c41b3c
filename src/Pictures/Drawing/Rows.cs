namespace ConcatService.Pictures.Drawing;

/// <summary>The heights of rows, and of the spaces between them: as much as labels and curves need.</summary>
internal sealed class Rows
{
    private const double Label = 18, Plain = 5, Straight = 6, Curved = 20, Wide = 28;

    /// <summary>A curve that goes further to the side than this gets more height.</summary>
    private const double FarAside = 240;

    private readonly double[] _tops, _heights, _below, _above, _curve;

    /// <summary>An arrow on its way from one row to the next.</summary>
    /// <param name="Row">The upper row.</param>
    /// <param name="Aside">How far it goes to the side.</param>
    /// <param name="LabelBelow">Whether its label stands below the upper row.</param>
    /// <param name="LabelAbove">Whether its label stands above the lower row.</param>
    public readonly record struct Crossing(int Row, double Aside, bool LabelBelow, bool LabelAbove);

    public Rows(IEnumerable<(int Row, double Height)> items, IEnumerable<Crossing> crossings)
    {
        var heights = items.GroupBy(item => item.Row, item => item.Height).ToDictionary(row => row.Key, row => row.Max());
        var count = heights.Count == 0 ? 0 : heights.Keys.Max() + 1;
        _heights = [.. Enumerable.Range(0, count).Select(row => heights.GetValueOrDefault(row))];
        (_tops, _below, _above, _curve) = (new double[count], new double[count], new double[count], new double[count]);
        foreach (var crossing in crossings)
        {
            _below[crossing.Row] = Math.Max(_below[crossing.Row], crossing.LabelBelow ? Label : Plain);
            _above[crossing.Row] = Math.Max(_above[crossing.Row], crossing.LabelAbove ? Label : Plain);
            _curve[crossing.Row] = Math.Max(
                _curve[crossing.Row],
                crossing.Aside < 1 ? Straight
                    : crossing.Aside > FarAside ? Wide
                    : Curved
            );
        }

        for (var row = 1; row < count; row++)
            _tops[row] = Bottom(row - 1) + _below[row - 1] + _curve[row - 1] + _above[row - 1];
    }

    public double Height => _tops.Length == 0 ? 0 : Bottom(_tops.Length - 1);

    public double Top(int row) => _tops[row];

    public double Bottom(int row) => _tops[row] + _heights[row];

    /// <summary>Where curves begin below a row.</summary>
    public double CurveTop(int row) => Bottom(row) + _below[row];

    public double CurveBottom(int row) => CurveTop(row) + _curve[row];
}
