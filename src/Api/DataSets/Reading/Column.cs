using System.Runtime.InteropServices;
using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>The split of the samples that a column belongs to.</summary>
internal enum Split
{
    Train,
    Validation,
    Test,
}

/// <summary>One field of one split: its values in a temporary file as they will be stored, and what was seen of them on the way.</summary>
internal sealed class Column(string name, Split split, ElementType type, long[] shape, Budget budget) : IDisposable
{
    private readonly FileStream _file = budget.NewFile();
    private long _values;

    public string Name => name;

    public Split Split => split;

    public ElementType Type => type;

    /// <summary>Without the batch.</summary>
    public long[] Shape => shape;

    /// <summary>Yes and no, not numbers.</summary>
    public bool IsBoolean { get; init; }

    /// <summary>Names of the classes, where the upload has them.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Whether those names are numbers in their order, for which an upload may have better ones.</summary>
    public bool HasNumberedClasses { get; init; }

    public ValueStatistics Statistics { get; } = new();

    public long SampleBytes => shape.Aggregate(type.Bytes(), (product, size) => product * size);

    public long Count => _values * type.Bytes() / SampleBytes;

    /// <summary>As people find it: <c>x_train</c>.</summary>
    public string Label => $"{name}_{split.ToString().ToLowerInvariant()}";

    public void Add(ReadOnlySpan<byte> values)
    {
        Statistics.Add(values);
        Write(values);
    }

    public void Add(ReadOnlySpan<long> values)
    {
        Statistics.Add(values);
        Write(MemoryMarshal.AsBytes(values));
    }

    /// <exception cref="UploadException">One of them is no number.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new UploadException(
                    "dataset.not_finite",
                    $"{Label} has {values[i]} in sample {(_values + i) * type.Bytes() / SampleBytes}: what is not a finite number cannot "
                        + $"be learned from. Fill or drop it."
                );
        }

        Statistics.Add(values);
        Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Copies the samples of these numbers, or all.</summary>
    public void CopyTo(Stream target, IReadOnlyList<int>? samples)
    {
        _file.Position = 0;
        if (samples is null)
        {
            _file.CopyTo(target);
            return;
        }

        var row = new byte[SampleBytes];
        foreach (var sample in samples)
        {
            _file.Position = sample * SampleBytes;
            _file.ReadExactly(row);
            target.Write(row);
        }
    }

    public void Dispose() => _file.Dispose();

    private void Write(ReadOnlySpan<byte> bytes)
    {
        budget.Kept(bytes.Length);
        _values += bytes.Length / type.Bytes();
        _file.Write(bytes);
    }
}
