using System.Runtime.CompilerServices;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Shapes;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>A data set as one job sees it: the train split parted by the job's seed, batches in an order that is a function of (seed, epoch).</summary>
internal sealed class TrainingData : IDisposable
{
    private readonly DataSet _data;
    private readonly bool _isCopy;
    private readonly Tensor _train, _validation;
    private readonly long _seed;
    private readonly bool _channelsLast;

    /// <param name="device">Where the batches are wanted; the data is copied there when it is elsewhere.</param>
    public TrainingData(DataSet data, TrainingSettings settings, Layout layout, Device device)
    {
        using var scope = NewDisposeScope();
        _isCopy = device.type != data.Train.Images.device_type;
        _data = _isCopy ? data.To(device) : data;
        _seed = settings.Seed;
        _channelsLast = layout == Layout.ChannelsLast;
        var all = Permutation(data.Train.Count, Seeds.Mix((ulong)settings.Seed, Seeds.Split, 0));
        TrainCount = data.Info.TrainingSamples(settings.ValidationSplit);
        _train = all[..(int)TrainCount].to(device).DetachFromDisposeScope();
        _validation = all[(int)TrainCount..].to(device).DetachFromDisposeScope();
    }

    public long TrainCount { get; }

    public long ValidationCount => _validation.shape[0];

    public IReadOnlyList<string> Classes => _data.Info.Classes;

    /// <summary>Full batches of one epoch: pictures float32 in 0..1 in the spec's layout, labels int64 <c>[B]</c>. Each belongs to the caller's dispose scope.</summary>
    public IEnumerable<Func<(Tensor Images, Tensor Labels)>> Epoch(int epoch, long batchSize)
    {
        using var order = Order(epoch);
        for (var start = 0L; start + batchSize <= TrainCount; start += batchSize)
        {
            var from = start;
            yield return () => Take(_data.Train, order.narrow(0, from, batchSize));
        }
    }

    public IEnumerable<Func<(Tensor Images, Tensor Labels)>> Validation(long batchSize)
    {
        for (var start = 0L; start < ValidationCount; start += batchSize)
        {
            var (from, count) = (start, Math.Min(batchSize, ValidationCount - start));
            yield return () => Take(_data.Train, _validation.narrow(0, from, count));
        }
    }

    public IEnumerable<Func<(Tensor Images, Tensor Labels)>> Test(long batchSize)
    {
        for (var start = 0L; start < _data.Test.Count; start += batchSize)
        {
            var (from, count) = (start, Math.Min(batchSize, _data.Test.Count - start));
            yield return () => (Written(_data.Test.Images.narrow(0, from, count)), _data.Test.Labels.narrow(0, from, count));
        }
    }

    // Optimised from the first call: it sees every byte of the training data once, before the first step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(ReadOnlySpan<byte> values, Span<long> counts)
    {
        foreach (var value in values)
            counts[value]++;
    }

    /// <summary>Mean and deviation of each channel over the samples that are trained on, of values in 0..1.</summary>
    public Normalization Statistics()
    {
        var channels = (int)_data.Info.SampleShape[0];
        var plane = (int)(_data.Info.SampleShape.Aggregate(1L, (product, size) => product * size) / channels);
        using var scope = NewDisposeScope();
        var images = _data.Train.Images.cpu().bytes;
        var counts = new long[channels * 256];                                          // exact, and one pass over the bytes
        foreach (var sample in _train.cpu().data<long>())
        {
            var first = (int)sample * channels * plane;
            for (var channel = 0; channel < channels; channel++)
                Count(images.Slice(first + (channel * plane), plane), counts.AsSpan(channel * 256, 256));
        }

        var (mean, deviation) = (new float[channels], new float[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            double count = TrainCount * plane, sum = 0, squares = 0;
            for (var value = 0; value < 256; value++)
            {
                sum += counts[(channel * 256) + value] * (value / 255.0);
                squares += counts[(channel * 256) + value] * (value / 255.0) * (value / 255.0);
            }

            mean[channel] = (float)(sum / count);
            deviation[channel] = (float)Math.Max(Math.Sqrt(Math.Max((squares / count) - (sum / count * (sum / count)), 0)), 1e-3);  // a channel of one value stays finite
        }

        return new(mean, deviation);
    }

    public void Dispose()
    {
        _train.Dispose();
        _validation.Dispose();
        if (_isCopy)
            _data.Dispose();
    }

    /// <summary>The rows of the training samples in the order of one epoch.</summary>
    private Tensor Order(int epoch)
    {
        using var scope = NewDisposeScope();
        return _train.index_select(0, Permutation(TrainCount, Seeds.Mix((ulong)_seed, Seeds.Order, (ulong)epoch)).to(_train.device)).DetachFromDisposeScope();
    }

    private (Tensor Images, Tensor Labels) Take(Split split, Tensor rows) =>
        (Written(split.Images.index_select(0, rows)), split.Labels.index_select(0, rows));

    /// <summary>uint8 [N, C, H, W] -> float32 in 0..1, [N, H, W, C] for a spec that is channels-last (a view).</summary>
    private Tensor Written(Tensor images)
    {
        var scaled = images.to(ScalarType.Float32).div_(255);
        return _channelsLast ? scaled.permute([0, .. Enumerable.Range(2, (int)scaled.dim() - 2).Select(i => (long)i), 1]) : scaled;
    }

    private static Tensor Permutation(long count, ulong seed)
    {
        using var generator = new Generator(seed, CPU);
        return randperm(count, ScalarType.Int64, CPU, generator: generator);
    }
}
