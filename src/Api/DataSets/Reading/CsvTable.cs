using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// CSV files with the same header -> the field <c>x</c>, float32 <c>[columns]</c>, and one field for each target. A column of numbers is a
/// number; any other is categorical and becomes one number for each of its values, 1 where it has it. A target of text, or of few whole
/// numbers, is a class.
/// </summary>
internal sealed class CsvTable(UploadForm form, Budget budget)
{
    private const int MostCategories = 100;

    /// <summary>Whole numbers with more different values than this are a quantity, unless the form says otherwise.</summary>
    private const int MostNumberedClasses = 20;

    private readonly List<TableColumn> _columns = [];

    public void Read(IReadOnlyList<UploadedFile> files, List<Column> columns)
    {
        Survey(files);
        var targets = Targets();
        foreach (var target in targets)
            target.Decide(form.Task, MostNumberedClasses);
        TableColumn[] inputs = [.. _columns.Except(targets)];
        if (inputs.Length == 0)
            throw new UploadException("dataset.columns", "There is no column left to learn from: every one is a target.");
        if (Array.Find(inputs, input => !input.IsNumber && input.Values.Count > MostCategories) is { } wild)
            throw new UploadException(
                "dataset.columns",
                $"The column '{Shown.Of(wild.Name)}' is text with more than {MostCategories} different values. Leave it out, or turn it "
                    + $"into numbers."
            );
        foreach (var file in files)
            Fill(file, inputs, targets, columns);
    }

    /// <summary>One pass over all files: which columns are numbers, and which values the others have.</summary>
    private void Survey(IReadOnlyList<UploadedFile> files)
    {
        foreach (var file in files)
        {
            using var rows = new CsvFile(file);
            if (_columns.Count == 0)
                _columns.AddRange(
                    rows.Header.Select(name => new TableColumn(
                        name,
                        form.Targets.Contains(name) || FieldNames.IsTarget(name) ? ValueStatistics.MostClasses : MostCategories
                    ))
                );
            else if (!rows.Header.SequenceEqual(_columns.Select(column => column.Name)))
                throw new UploadException("dataset.columns", $"{Shown.Of(file.FileName)} has other columns than the first file.");
            while (rows.Read() is { } row)
            {
                for (var i = 0; i < row.Length; i++)
                    _columns[i].See(row[i], Shown.Of(file.FileName), rows.Line);
                budget.Unpacked(0);                                             // looks whether the caller is still there
            }
        }
    }

    private List<TableColumn> Targets()
    {
        if (form.Targets.Count > 0)
        {
            return
            [
                .. form.Targets.Select(name =>
                    _columns.Find(column => column.Name == name)
                    ?? throw new UploadException(
                        "dataset.columns",
                        $"There is no column "
                            + $"'{Shown.Of(name)}'.{Domain.Fields.Spelling.DidYouMean(name, _columns.Select(column => column.Name))} The "
                            + $"columns are {Listed()}."
                    )
                ),
            ];
        }

        return _columns.Find(column => FieldNames.IsTarget(column.Name)) is { } named
            ? [named]
            : throw new UploadException(
                "dataset.columns",
                $"Which column is to be learned? Name it in the form as 'target'. The columns are {Listed()}."
            );
    }

    private string Listed() => Shown.Of(string.Join(", ", _columns.Select(column => column.Name)));

    private void Fill(UploadedFile file, TableColumn[] inputs, List<TableColumn> targets, List<Column> columns)
    {
        var split = file.SplitFromName();
        if (columns.Exists(known => known.Split == split))
            throw new UploadException(
                "dataset.fields",
                $"{Shown.Of(file.FileName)} is the second table for {split.ToString().ToLowerInvariant()}. Put 'train', 'validation' or "
                    + $"'test' into the names of the parts."
            );
        var x = new Column("x", split, ElementType.Float32, [inputs.Sum(input => input.Width)], budget);
        columns.Add(x);
        var into = targets.ConvertAll(target => target.ToField(split, budget));
        columns.AddRange(into);
        var at = _columns.ToDictionary(column => column, column => _columns.IndexOf(column));
        using var rows = new CsvFile(file);
        var values = new float[x.Shape[0]];
        while (rows.Read() is { } row)
        {
            var to = 0;
            foreach (var input in inputs)
            {
                input.Encode(row[at[input]], values.AsSpan(to, input.Width));
                to += input.Width;
            }

            x.Add(values);
            for (var i = 0; i < targets.Count; i++)
                targets[i].AddTo(into[i], row[at[targets[i]]]);
        }
    }
}
