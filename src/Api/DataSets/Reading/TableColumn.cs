using System.Globalization;
using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>What a column of a table was seen to be.</summary>
/// <param name="name">From the header.</param>
/// <param name="mostValues">How many different cells are of interest.</param>
internal sealed class TableColumn(string name, int mostValues)
{
    private bool _isWhole = true;
    private string[] _classes = [];
    private readonly Dictionary<string, long> _places = [];

    public string Name => name;

    /// <summary>Whether every cell is a number.</summary>
    public bool IsNumber { get; private set; } = true;

    /// <summary>The different cells, up to one more than are of interest.</summary>
    public SortedSet<string> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>How many numbers stand for it.</summary>
    public int Width => IsNumber ? 1 : Values.Count;

    private bool IsClass => _classes.Length > 0;

    public void See(string cell, string file, long line)
    {
        if (string.IsNullOrWhiteSpace(cell))
            throw new UploadException(
                "dataset.not_finite",
                $"{file}, line {line}: the cell of '{Shown.Of(name)}' is empty. Fill it, or drop the line."
            );
        if (IsNumber)
        {
            IsNumber = TryNumber(cell, out var number);
            if (IsNumber && !float.IsFinite((float)number))
                throw new UploadException(
                    "dataset.not_finite",
                    $"{file}, line {line}: '{Shown.Of(name)}' is {Shown.Of(cell)}. What is not a finite number cannot be learned from."
                );
            _isWhole &= IsNumber && number == Math.Floor(number);
        }

        if (Values.Count <= mostValues)
            Values.Add(cell);
    }

    /// <summary>Of a target: whether it is a class.</summary>
    /// <param name="task">What the form says; null: text and few whole numbers are classes.</param>
    public void Decide(LearningTask? task, int mostNumberedClasses)
    {
        if (task is LearningTask.Multilabel or LearningTask.Segmentation)
            throw new UploadException("dataset.task", "A column of a table is for classification or regression.");
        if (task == LearningTask.Regression && !IsNumber)
            throw new UploadException("dataset.task", $"The column '{Shown.Of(name)}' is text, which is no number to predict.");
        if (
            task != LearningTask.Regression
            && (task == LearningTask.Classification || !IsNumber || (_isWhole && Values.Count <= mostNumberedClasses))
        )
            _classes =
                Values.Count <= ValueStatistics.MostClasses
                    ? Sorted()
                    : throw new UploadException(
                        "dataset.labels",
                        $"The column '{Shown.Of(name)}' has more than {ValueStatistics.MostClasses} different values, too many for classes."
                    );
    }

    public Column ToField(Split split, Budget budget)
    {
        if (!FieldNames.IsValid(name))
            throw new UploadException(
                "dataset.columns",
                $"The target '{Shown.Of(name)}' has no name that an output can have: 1 to 64 letters, digits, '_', '-' or '.'."
            );
        return IsClass
            ? new(name, split, ElementType.Int64, [], budget) { Classes = _classes, HasNumberedClasses = IsNumber }
            : new(name, split, ElementType.Float32, [1], budget);
    }

    public void AddTo(Column field, string cell)
    {
        if (IsClass)
            field.Add([Place(cell, _classes)]);
        else
            field.Add([(float)Number(cell)]);
    }

    /// <summary>The number, or a 1 at the place of the category.</summary>
    public void Encode(string cell, Span<float> into)
    {
        if (IsNumber)
        {
            into[0] = (float)Number(cell);
            return;
        }

        into.Clear();
        into[(int)Place(cell, Values)] = 1;
    }

    private long Place(string cell, IEnumerable<string> values)
    {
        if (_places.Count == 0)
        {
            foreach (var value in values)
                _places.Add(value, _places.Count);
        }

        return _places[cell];
    }

    /// <summary>Numbers by their size, everything else by its letters.</summary>
    private string[] Sorted() => IsNumber ? [.. Values.OrderBy(Number)] : [.. Values];

    private static double Number(string cell) => double.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static bool TryNumber(string cell, out double number) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
