using System.Text.Json.Nodes;
using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// What was read, checked as a whole: the splits fit each other, the fields have their roles, and the bytes are in the order in which they
/// are stored.
/// </summary>
internal sealed class AssembledDataSet(IReadOnlyList<Column> columns, Budget budget) : IDisposable
{
    private const int Seed = 0;

    private readonly string[] _fields = [.. columns.Select(column => column.Name).Distinct()];

    public required StoredDataSet Content { get; init; }

    public required JsonObject Statistics { get; init; }

    /// <summary>At its start.</summary>
    public FileStream Data { get; } = budget.NewFile();

    /// <exception cref="UploadException">The parts do not make a data set.</exception>
    public static AssembledDataSet Of(IReadOnlyList<Column> columns, UploadForm form, Budget budget)
    {
        CheckSplits(columns);
        var counts = new[] { Split.Train, Split.Validation, Split.Test }
            .Select(split => columns.FirstOrDefault(column => column.Split == split)?.Count ?? 0)
            .ToArray();
        var hold = counts[2] == 0 ? HeldOut(counts[0], form.TestSplit) : null;
        if (hold is not null)
            (counts[0], counts[2]) = (counts[0] - hold.Length, hold.Length);

        var fields = columns.Select(column => column.Name).Distinct().Select(name => Of(columns, name)).ToList();
        var (inputs, targets) = new FieldRoles(fields, form).Decide();
        var info = new DataSetInfo(form.Name, form.Description, inputs, targets, counts[0], counts[1], counts[2]);
        var assembly = new AssembledDataSet(columns, budget)
        {
            Content = new(info, [.. fields.Select(field => new StoredField(field[0].Name, field[0].Shape, field[0].Type))]),
            Statistics = StatisticsOf(fields, targets),
        };
        try
        {
            assembly.Write(hold);
            return assembly;
        }
        catch
        {
            assembly.Dispose();
            throw;
        }
    }

    public void Dispose() => Data.Dispose();

    private static IReadOnlyList<Column> Of(IReadOnlyList<Column> columns, string field) =>
        [.. columns.Where(column => column.Name == field).OrderBy(column => column.Split)];

    private static void CheckSplits(IReadOnlyList<Column> columns)
    {
        if (columns.FirstOrDefault(column => column.Count == 0) is { } empty)
            throw new UploadException("dataset.empty_split", $"{empty.Label} has no sample.");
        if (!columns.Any(column => column.Split == Split.Train))
            throw new UploadException(
                "dataset.empty_split",
                $"There is nothing to train on: {columns[0].Label} has no counterpart for training."
            );
        foreach (var split in columns.GroupBy(column => column.Split))
        {
            if (split.FirstOrDefault(column => column.Count != split.First().Count) is { } other)
                throw new UploadException(
                    "dataset.shape",
                    $"{split.First().Label} has {split.First().Count} samples and {other.Label} has {other.Count}."
                );
        }

        foreach (var field in columns.GroupBy(column => column.Name))
        {
            var train =
                field.FirstOrDefault(column => column.Split == Split.Train)
                ?? throw new UploadException("dataset.fields", $"{field.First().Label} has no counterpart for training.");
            if (field.FirstOrDefault(column => column.Type != train.Type || !column.Shape.SequenceEqual(train.Shape)) is { } other)
                throw new UploadException(
                    "dataset.shape",
                    $"{train.Label} holds {Kind(train)} and {other.Label} {Kind(other)}: splits must be of one type and shape."
                );
            foreach (var split in columns.Select(column => column.Split).Distinct())
            {
                if (!field.Any(column => column.Split == split))
                    throw new UploadException(
                        "dataset.fields",
                        $"{field.Key} is missing in {split.ToString().ToLowerInvariant()}, where other fields are."
                    );
            }
        }
    }

    private static string Kind(Column column) =>
        $"{column.Type.ToString().ToLowerInvariant()} of {(column.Shape.Length == 0 ? "one value" : string.Join('x', column.Shape))}";

    /// <summary>Which of the training samples are kept for the test; the same for the same count.</summary>
    private static int[] HeldOut(long count, double part)
    {
        var held = Math.Max(1, (int)(count * part));
        if (count < 2)
            throw new UploadException("dataset.empty_split", "One sample is not enough: some are kept for the test.");
        var order = Enumerable.Range(0, (int)count).ToArray();
        new Random(Seed).Shuffle(order);
        Array.Resize(ref order, held);
        Array.Sort(order);
        return order;
    }

    private static List<int> Rest(int count, int[] held)
    {
        var rest = new List<int>(count - held.Length);
        for (var (sample, next) = (0, 0); sample < count; sample++)
        {
            if (next < held.Length && held[next] == sample)
                next++;
            else
                rest.Add(sample);
        }

        return rest;
    }

    private static JsonObject StatisticsOf(List<IReadOnlyList<Column>> fields, IReadOnlyList<DataTarget> targets)
    {
        var statistics = new JsonObject();
        foreach (var train in fields.Select(field => field[0]))
        {
            var seen = train.Statistics;
            var known = new JsonObject
            {
                ["minimum"] = seen.Min,
                ["maximum"] = seen.Max,
                ["mean"] = Math.Round(seen.Mean, 6),
                ["deviation"] = Math.Round(seen.Deviation, 6),
            };
            if (
                targets.FirstOrDefault(target => target.Name == train.Name)
                    is { Task: LearningTask.Classification or LearningTask.Segmentation } target
                && seen.Counts is { } counts
            )
                known["classes"] = new JsonObject(
                    target.Classes.Select((name, label) => KeyValuePair.Create(name, (JsonNode?)counts.GetValueOrDefault(label)))
                );
            statistics[train.Name] = known;
        }

        return statistics;
    }

    private void Write(int[]? hold)
    {
        foreach (var split in new[] { Split.Train, Split.Validation, Split.Test })
        {
            foreach (var field in _fields)
            {
                var source = hold is not null && split == Split.Test ? Split.Train : split;
                if (columns.FirstOrDefault(column => column.Name == field && column.Split == source) is not { } column)
                    continue;
                column.CopyTo(
                    Data,
                    hold is null || source == Split.Validation ? null
                        : split == Split.Test ? hold
                        : Rest((int)column.Count, hold)
                );
            }
        }

        Data.Position = 0;
    }
}
