namespace ConcatService.Api.DataSets.Reading;

/// <summary>What values are like, taken while they pass. Whole numbers are counted one by one as long as there are few of them.</summary>
internal sealed class ValueStatistics
{
    /// <summary>More different numbers than this are no classes.</summary>
    public const int MostClasses = 10_000;

    private readonly long[] _bytes = new long[256];
    private readonly Dictionary<long, long> _counts = [];
    private bool _counting = true;
    private double _sum, _squares;
    private long _count;

    public double Min { get; private set; } = double.PositiveInfinity;

    public double Max { get; private set; } = double.NegativeInfinity;

    public double Mean => _sum / _count;

    public double Deviation => Math.Sqrt(Math.Max((_squares / _count) - (Mean * Mean), 0));

    /// <summary>How often each whole number is there; null for real numbers and where there are too many.</summary>
    public IReadOnlyDictionary<long, long>? Counts => _counting ? _counts : null;

    public void Add(ReadOnlySpan<byte> values)
    {
        Array.Clear(_bytes);
        foreach (var value in values)
            _bytes[value]++;
        for (var value = 0; value < _bytes.Length; value++)
        {
            if (_bytes[value] > 0)
                Add(value, _bytes[value]);
        }
    }

    public void Add(ReadOnlySpan<long> values)
    {
        foreach (var value in values)
            Add(value, 1);
    }

    public void Add(ReadOnlySpan<float> values)
    {
        _counting = false;
        foreach (var value in values)
            Include(value, 1);
    }

    private void Add(long value, long times)
    {
        Include(value, times);
        if (!_counting)
            return;
        _counts[value] = _counts.GetValueOrDefault(value) + times;
        _counting = _counts.Count <= MostClasses;
    }

    private void Include(double value, long times)
    {
        (Min, Max) = (Math.Min(Min, value), Math.Max(Max, value));
        _sum += value * times;
        _squares += value * value * times;
        _count += times;
    }
}
