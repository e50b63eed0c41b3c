using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>
/// A data set as one job sees it: what its network takes and gives, the train split parted by the job's seed, batches in an order that is a
/// function of (seed, epoch).
/// </summary>
internal sealed class TrainingData : IDisposable
{
    private readonly DataSet _data;
    private readonly DataBinding _binding;
    private readonly BoundSplit _train, _validation, _test;
    private readonly Tensor _trainRows, _validationRows;
    private readonly long _seed;
    private readonly Augmenter? _augmenter;

    /// <param name="data">Fits the plan.</param>
    /// <param name="device">Where the batches are wanted; the data is copied there when it is elsewhere.</param>
    /// <param name="order">Seed of the order of the samples and of their changes, where it is not that of the split.</param>
    public TrainingData(DataSet data, TrainingSettings settings, Plan plan, Device device, long? order = null)
    {
        using var scope = NewDisposeScope();
        var binding = DataBinding.Of(plan, data.Info);
        (_data, _binding) = (data, binding);
        Targets = [.. binding.Outputs(plan, data.Info).Select(output => output.Target)];
        Classes = binding.Classes(data.Info);
        _seed = order ?? settings.Seed;
        _augmenter = settings.Augment.Count > 0 ? new(settings.Augment, _seed) : null;
        _train = new(data.Train, data.Info, binding, plan, device);
        _test = new(data.Test, data.Info, binding, plan, device);
        _validation = data.Validation is { } own ? new(own, data.Info, binding, plan, device) : _train;
        TrainCount = data.Info.TrainingSamples(settings.ValidationSplit);
        var all = Permutation(data.Train.Count, Seeds.Mix((ulong)settings.Seed, Seeds.Split, 0));
        _trainRows = all[..(int)TrainCount].to(device).DetachFromDisposeScope();
        _validationRows = (data.Validation is { } given ? arange(given.Count, ScalarType.Int64) : all[(int)TrainCount..])
            .to(device)
            .DetachFromDisposeScope();
    }

    public long TrainCount { get; }

    public long ValidationCount => _validationRows.shape[0];

    /// <summary>For each output of the network.</summary>
    public IReadOnlyList<DataTarget> Targets { get; }

    /// <summary>What the network tells apart, where it has one output that does.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>
    /// Full batches of one epoch in groups, one for each optimizer step, the last of which may be smaller; without the first
    /// <paramref name="done"/> groups. Each batch belongs to the caller's dispose scope, and is the same however often it is taken.
    /// </summary>
    public IEnumerable<Func<Batch>[]> Epoch(int epoch, long batchSize, long accumulate = 1, long done = 0)
    {
        using var order = Order(epoch);
        var batches = TrainCount / batchSize;
        for (var first = done * accumulate; first < batches; first += accumulate)
        {
            var group = new Func<Batch>[Math.Min(accumulate, batches - first)];
            for (var i = 0; i < group.Length; i++)
            {
                var number = first + i;
                group[i] = () => _train.Take(order.narrow(0, number * batchSize, batchSize), _augmenter, epoch, number);
            }

            yield return group;
        }
    }

    /// <summary>Some samples that are trained on, the same ones in every epoch and unchanged by augmentation.</summary>
    /// <param name="most">All of them where there are fewer.</param>
    public Batch Some(long most) => _train.Take(_trainRows.narrow(0, 0, Math.Min(most, TrainCount)));

    public IEnumerable<Func<Batch>> Validation(long batchSize)
    {
        for (var start = 0L; start < ValidationCount; start += batchSize)
        {
            var (from, count) = (start, Math.Min(batchSize, ValidationCount - start));
            yield return () => _validation.Take(_validationRows.narrow(0, from, count));
        }
    }

    public IEnumerable<Func<Batch>> Test(long batchSize)
    {
        for (var start = 0L; start < _test.Count; start += batchSize)
        {
            var (from, count) = (start, Math.Min(batchSize, _test.Count - start));
            yield return () => _test.Take(from, count);
        }
    }

    /// <summary>With the pictures of the samples that are answered worst.</summary>
    public TestAnswers TestAnswers(IReadOnlyList<ClassAnswers> outputs) =>
        Training.TestAnswers.Of(outputs, _data.Test, _data.Info, _binding);

    /// <summary>Samples of each class among those that are trained on; pixels of a mask.</summary>
    /// <param name="output">The network's, by its position.</param>
    public IReadOnlyList<long> ClassCounts(int output, int classes) => _train.ClassCounts(_trainRows, output, classes);

    /// <summary>
    /// For each input that is no index: mean and deviation of each channel over the samples that are trained on, as the network sees them.
    /// </summary>
    public Dictionary<string, Normalization> Statistics() => _train.Statistics(_trainRows);

    /// <summary>
    /// By input: the figures that came with initial weights, otherwise the training split's where the settings ask for them.
    /// </summary>
    public Dictionary<string, Normalization> Normalization(TrainingSettings settings, WeightsPlan? start) =>
        start?.Normalization is { } carried
            ? carried.ToDictionary(each => each.Input, each => new Normalization(each.Mean, each.Deviation))
        : settings.Normalize && start?.Report.Normalization != "none" ? Statistics()
        : [];

    public void Dispose()
    {
        _trainRows.Dispose();
        _validationRows.Dispose();
        _train.Dispose();
        _test.Dispose();
        if (_validation != _train)
            _validation.Dispose();
    }

    /// <summary>The rows of the training samples in the order of one epoch.</summary>
    private Tensor Order(int epoch)
    {
        using var scope = NewDisposeScope();
        return _trainRows
            .index_select(0, Permutation(TrainCount, Seeds.Mix((ulong)_seed, Seeds.Order, (ulong)epoch)).to(_trainRows.device))
            .DetachFromDisposeScope();
    }

    private static Tensor Permutation(long count, ulong seed)
    {
        using var generator = new Generator(seed, CPU);
        return randperm(count, ScalarType.Int64, CPU, generator: generator);
    }
}
