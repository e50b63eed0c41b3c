using System.Globalization;
using ConcatService.Api.Requests;
using ConcatService.Domain.Data;
using ConcatService.Domain.Fields;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>The fields of an upload beside its files.</summary>
internal sealed class UploadForm
{
    public static IReadOnlyList<string> Fields { get; } = ["name", "description", "target", "task", "classes", "size", "test_split"];

    private const double DefaultTestSplit = 0.2;
    private const int MaxSide = 4096;

    /// <summary>Under which the data set is kept.</summary>
    public string Name { get; private set; } = "";

    public string Description { get; private set; } = "";

    /// <summary>Names of what is to be learned, in the form separated by commas. Empty: by the usual names.</summary>
    public IReadOnlyList<string> Targets { get; private set; } = [];

    /// <summary>What the targets are taken for. Null: by their values.</summary>
    public LearningTask? Task { get; private set; }

    /// <summary>Names of the classes in the order of the labels. Empty: the labels themselves.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>To which pictures are resized. Null: not at all.</summary>
    public (int Height, int Width)? Size { get; private set; }

    /// <summary>The part of the samples that is kept for the test where the upload has no test split.</summary>
    public double TestSplit { get; private set; } = DefaultTestSplit;

    /// <exception cref="UploadException">There is no such field, or it cannot have this value.</exception>
    public void Take(string field, string value)
    {
        if (NulCharacter.IsIn(value))
            throw Wrong(Shown.Of(field), "text without the character NUL");
        switch (field)
        {
            case "name":
                Name = DataSetReference.TryParse(value) is { Version: null }
                    ? value
                    : throw Wrong("name", "1 to 64 lower-case letters, digits and '-'");
                break;
            case "description":
                Description = value.Length <= 2000 ? value : throw Wrong("description", "at most 2,000 letters");
                break;
            case "target":
                Targets = Split(value);
                break;
            case "task":
                Task =
                    Enum.TryParse<LearningTask>(value, ignoreCase: true, out var task)
                    && Enum.IsDefined(task)
                    && !int.TryParse(value, out _)
                        ? task
                        : throw Wrong("task", "classification, multilabel, regression or segmentation");
                break;
            case "classes":
                Classes =
                    Split(value) is { Length: >= 2 } classes && classes.Distinct().Count() == classes.Length
                        ? classes
                        : throw Wrong("classes", "at least two different names, separated by commas");
                break;
            case "size":
                Size = value.Split('x') is [var width, var height]
                    ? (Side(height), Side(width))
                    : throw Wrong("size", "WIDTHxHEIGHT, such as 32x32");
                break;
            case "test_split":
                TestSplit =
                    double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var part) && part is >= 0.01 and <= 0.9
                        ? part
                        : throw Wrong("test_split", "a number from 0.01 to 0.9");
                break;
            default:
                throw new UploadException(
                    "dataset.form",
                    $"The form has no field '{Shown.Of(field)}'.{Spelling.DidYouMean(field, Fields)} Files are sent as parts with a file "
                        + $"name."
                );
        }
    }

    /// <exception cref="UploadException">The name is missing.</exception>
    public void Require()
    {
        if (Name.Length == 0)
            throw new UploadException("dataset.form", "The form needs 'name': under which the data set is kept.");
        if (BuiltInDataSets.Find(Name) is not null)
            throw new UploadException("dataset.form", $"'{Name}' is a data set that every installation has. Take another name.");
    }

    private static int Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= 1 and <= MaxSide
            ? side
            : throw Wrong("size", $"WIDTHxHEIGHT with sides from 1 to {MaxSide}");

    private static string[] Split(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static UploadException Wrong(string field, string expected) => new("dataset.form", $"'{field}' must be {expected}.");
}
