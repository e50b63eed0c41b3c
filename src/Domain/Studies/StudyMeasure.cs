using System.Globalization;

namespace ConcatService.Domain.Studies;

/// <summary>What the jobs of a study are compared by. Higher is better.</summary>
public sealed class StudyMeasure
{
    private StudyMeasure(string name, string unit, double scale, string format, string margin) =>
        (Name, Unit, Scale, Format, Margin) = (name, unit, scale, format, margin);

    /// <summary>The share of test samples that are told right, 0 to 1.</summary>
    public static StudyMeasure Accuracy { get; } = new("test_accuracy", "points", 100, "0.0#", "a point");

    /// <summary>Minus the loss on the test split, for tasks without an accuracy.</summary>
    public static StudyMeasure Loss { get; } = new("-test_loss", "loss", 1, "0.####", "");

    /// <summary>The metric of the job's result, with a minus where less is better.</summary>
    public string Name { get; }

    /// <summary>What differences are written in.</summary>
    public string Unit { get; }

    /// <summary>From the value to that unit.</summary>
    public double Scale { get; }

    /// <summary>What is too little to matter, in words; empty where nobody can say.</summary>
    public string Margin { get; }

    private string Format { get; }

    /// <summary>In the measure's unit: <c>+0.5</c>, <c>-1.25</c>.</summary>
    public string Signed(double value) => (value >= 0 ? "+" : "") + Plain(value);

    public string Plain(double value) => (value * Scale).ToString(Format, CultureInfo.InvariantCulture);
}
