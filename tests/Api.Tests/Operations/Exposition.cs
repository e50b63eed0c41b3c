using System.Globalization;
using System.Text.RegularExpressions;

namespace ConcatService.Api.Tests.Operations;

/// <summary>
/// A strict reader of Prometheus' text format 0.0.4: what the format allows and nobody should write is refused, too.
/// https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/practices/naming/
/// </summary>
internal sealed partial class Exposition
{
    private static readonly string[] Types = ["counter", "gauge", "histogram"];

    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly HashSet<string> _families = new(StringComparer.Ordinal), _sorted = new(StringComparer.Ordinal);
    private string _family = "", _type = "", _help = "";

    private Exposition() { }

    public IReadOnlyCollection<string> Families => _families;

    /// <summary>By their text, labels in the order in which they stand: <c>name{a="b"}</c>.</summary>
    public IReadOnlyDictionary<string, double> Series => _series;

    /// <exception cref="FormatException">With the line that is wrong.</exception>
    public static Exposition Parse(string text)
    {
        var read = new Exposition();
        if (!text.EndsWith('\n') || text.Contains('\r', StringComparison.Ordinal))
            throw new FormatException("Every line ends with a line feed alone.");
        foreach (var line in text[..^1].Split('\n'))
            read.Take(line);
        read.CheckHistograms();
        return read;
    }

    private void Take(string line)
    {
        if (Help().Match(line) is { Success: true } help)
            _help = help.Groups[1].Value;
        else if (Type().Match(line) is { Success: true } type)
            Begin(type.Groups[1].Value, type.Groups[2].Value, line);
        else if (Sample().Match(line) is { Success: true } sample)
            Add(sample, line);
        else
            throw new FormatException($"Not a line of the format: {line}");
    }

    private void Begin(string name, string type, string line)
    {
        Require(_help == name, "HELP stands before TYPE", line);
        Require(Types.Contains(type), "the type is known", line);
        Require(_families.Add(name), "a family stands once", line);
        Require((type == "counter") == name.EndsWith("_total", StringComparison.Ordinal), "counters end with _total, and only they", line);
        Require(!Milli().IsMatch(name), "units are seconds and bytes", line);
        (_family, _type, _help) = (name, type, "");
    }

    private void Add(Match sample, string line)
    {
        var (name, labels, value) = (sample.Groups["name"].Value, sample.Groups["labels"].Value, sample.Groups["value"].Value);
        var isOwn =
            _type == "histogram"
                ? name == $"{_family}_bucket" || name == $"{_family}_sum" || name == $"{_family}_count"
                : name == _family;
        Require(isOwn, $"a sample follows its own TYPE and not that of {_family}", line);
        var names = sample.Groups["label"].Captures.Select(label => label.Value).ToList();
        Require(names.Distinct().Count() == names.Count, "a label stands once", line);
        Require(names.Contains("le") == name.EndsWith("_bucket", StringComparison.Ordinal), "'le' is of buckets", line);
        var number = value switch
        {
            "+Inf" => double.PositiveInfinity,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Require(_type == "gauge" || number >= 0, "counts are not negative", line);
        // The same labels in another order are the same series.
        var key = name + string.Join(',', sample.Groups["pair"].Captures.Select(pair => pair.Value).Order(StringComparer.Ordinal));
        Require(_sorted.Add(key), "a series stands once", line);
        _series.Add(labels.Length == 0 ? name : $"{name}{{{labels}}}", number);
    }

    /// <summary>Buckets grow to the one of all, which is the count.</summary>
    private void CheckHistograms()
    {
        var bounded = _series.Where(each => Le().IsMatch(each.Key));
        foreach (var group in bounded.GroupBy(each => Le().Replace(each.Key, "")))
        {
            var buckets = group
                .Select(each => (Bound: Bound(Le().Match(each.Key).Groups[1].Value), Count: each.Value))
                .OrderBy(each => each.Bound)
                .ToList();
            Require(double.IsPositiveInfinity(buckets[^1].Bound), "the last bucket is +Inf", group.Key);
            Require(buckets.Zip(buckets.Skip(1)).All(pair => pair.First.Count <= pair.Second.Count), "buckets are cumulative", group.Key);
            var rest = group.Key.Replace("_bucket", "_count", StringComparison.Ordinal).Replace(",}", "}", StringComparison.Ordinal);
            Require(_series[rest.Replace("{}", "", StringComparison.Ordinal)] == buckets[^1].Count, "_count is the last bucket", rest);
        }
    }

    private static double Bound(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static void Require(bool holds, string rule, string line)
    {
        if (!holds)
            throw new FormatException($"{rule}: {line}");
    }

    private const string Name = "[a-z][a-z0-9_]*";
    private const string Pair = $@"(?<pair>(?<label>{Name})=""([^""\\]|\\[""\\n])*"")";

    [GeneratedRegex($@"^# HELP ({Name}) \S.*\S$")]
    private static partial Regex Help();

    [GeneratedRegex($"^# TYPE ({Name}) ([a-z]+)$")]
    private static partial Regex Type();

    /// <summary>No time stamp: the scraper's clock counts. In a value, a quote, a backslash and a line feed are escaped.</summary>
    [GeneratedRegex($@"^(?<name>{Name})(\{{(?<labels>{Pair}(,{Pair})*)\}})? (?<value>-?\d+(\.\d+)?(E[+-]?\d+)?|\+Inf)$")]
    private static partial Regex Sample();

    [GeneratedRegex("le=\"([^\"]*)\"")]
    private static partial Regex Le();

    [GeneratedRegex("_(ms|us|ns|millis|milliseconds|microseconds|kb|mb|minutes)(_|$)")]
    private static partial Regex Milli();
}
