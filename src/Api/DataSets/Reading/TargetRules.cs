using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>What a field is when a network should give it, from its type, its shape and its values in every split.</summary>
/// <param name="columns">The field's columns, training first.</param>
/// <param name="form">Names of classes, and what the targets are taken for.</param>
internal sealed class TargetRules(IReadOnlyList<Column> columns, UploadForm form)
{
    private readonly Column _train = columns[0];

    /// <exception cref="UploadException">Its values cannot be learned.</exception>
    public DataTarget Target()
    {
        var task = Task();
        if (form.Task is { } wanted && wanted != task)
            throw new UploadException(
                "dataset.task",
                $"{_train.Name} holds {Held()}, which is for {task.Name()}, and the form says {wanted.Name()}. "
                    + $"Save it as {TypeFor(wanted)}."
            );
        return task switch
        {
            LearningTask.Regression => new(_train.Name, task, _train.Shape.Length == 0 ? [1] : _train.Shape, []),
            LearningTask.Multilabel => new(_train.Name, task, _train.Shape, Names((int)_train.Shape[0])),
            _ => new(_train.Name, task, _train.Shape, Names(ClassCount())),
        };
    }

    private LearningTask Task() => (_train.Type, _train.Shape.Length) switch
    {
        (ElementType.Float32, _) => LearningTask.Regression,
        (_, 0) => LearningTask.Classification,
        (ElementType.Uint8, 1) when _train.IsBoolean || columns.All(column => column.Statistics.Max <= 1) => LearningTask.Multilabel,
        _ => LearningTask.Segmentation,
    };

    private int ClassCount()
    {
        if (_train.Classes is { } named)
            return AtLeastTwo(named.Count);
        var (min, max) = (columns.Min(column => column.Statistics.Min), columns.Max(column => column.Statistics.Max));
        if (min < 0)
            throw Labels($"a label of {min}. Labels count from 0.");
        if (_train.Statistics.Counts is not { } counts || max >= ValueStatistics.MostClasses)
            throw Labels(
                $"labels up to {max}; at most {ValueStatistics.MostClasses} classes are taken. Numbers to predict are saved as float32."
            );
        if (form.Classes.Count > 0 && max >= form.Classes.Count)
            throw Labels($"a label of {max}, and the form names {form.Classes.Count} classes: labels are 0 to {form.Classes.Count - 1}.");
        if (counts.Count < 2)
            throw new UploadException(
                "dataset.one_class",
                $"{_train.Label} has one class only, {counts.Keys.First()}: there is nothing to tell apart."
            );
        if (!counts.ContainsKey(0) && form.Classes.Count == 0)
            throw Labels($"no sample of class 0. Labels count from 0: subtract {_train.Statistics.Min}, or name the classes in the form.");
        foreach (var other in columns.Skip(1))
        {
            if (other.Statistics.Counts?.Keys.FirstOrDefault(label => !counts.ContainsKey(label), -1) is >= 0 and var unseen)
                throw Labels($"no sample of class {unseen}, which {other.Label} has: nobody could learn it.");
        }

        return form.Classes.Count > 0 ? form.Classes.Count : (int)max + 1;
    }

    private int AtLeastTwo(int classes) =>
        classes >= 2
            ? classes
            : throw new UploadException("dataset.one_class", $"{_train.Name} has one class only: there is nothing to tell apart.");

    private IReadOnlyList<string> Names(int count)
    {
        if (_train.Classes is { } named && !(_train.HasNumberedClasses && form.Classes.Count > 0))
            return named;
        if (form.Classes.Count == 0)
            return [.. Enumerable.Range(0, count).Select(label => label.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        return form.Classes.Count == count
            ? form.Classes
            : throw new UploadException("dataset.labels", $"The form names {form.Classes.Count} classes, and {_train.Name} has {count}.");
    }

    private static string TypeFor(LearningTask task) => task switch
    {
        LearningTask.Regression => "float32",
        LearningTask.Multilabel => "bool",
        _ => "whole numbers",
    };

    private string Held()
    {
        var values =
            _train.IsBoolean ? "yes and no"
            : _train.Type == ElementType.Float32 ? "real numbers"
            : "whole numbers";
        return _train.Shape.Length == 0 ? values : $"{values}, {string.Join('x', _train.Shape)} for a sample";
    }

    private UploadException Labels(string what) => new("dataset.labels", $"{_train.Label} has {what}");
}
