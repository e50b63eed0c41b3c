using System.Globalization;
using System.Text;

namespace ConcatService.Api.Metering;

/// <summary>Writes Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Begins a family: all of its samples follow before the next one's.</summary>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    public void Family(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            Escape(labels[i].Value);
            _text.Append('"');
        }

        _text.Append(labels.Length == 0 ? " " : "} ").Append(CultureInfo.InvariantCulture, $"{value}\n");
    }

    /// <summary>A family of one sample that goes up and down.</summary>
    public void Gauge(string name, string help, double value)
    {
        Family(name, "gauge", help);
        Sample(name, value);
    }

    /// <summary>A family of one sample that only grows while the process lives.</summary>
    public void Counter(string name, string help, double value)
    {
        Family(name, "counter", help);
        Sample(name, value);
    }

    public override string ToString() => _text.ToString();

    private void Escape(string value)
    {
        foreach (var letter in value)
        {
            if (letter is '\\' or '"')
                _text.Append('\\').Append(letter);
            else if (letter == '\n')
                _text.Append("\\n");
            else
                _text.Append(letter);
        }
    }
}
