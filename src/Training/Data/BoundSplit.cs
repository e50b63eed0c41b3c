using ConcatService.Domain.Data;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>A split as one network sees it: only what it takes and gives, in its order, on its device.</summary>
internal sealed class BoundSplit : IDisposable
{
    private readonly (BoundInput Input, Tensor Tensor)[] _inputs;
    private readonly (LearningTask Task, Tensor Tensor)[] _targets;
    private readonly bool _isCopy;

    public BoundSplit(Split split, DataSetInfo info, DataBinding binding, Plan plan, Device device)
    {
        using var scope = NewDisposeScope();
        _isCopy = device.type != split.Inputs[0].device_type;
        Tensor Here(Tensor tensor) => _isCopy ? tensor.to(device).DetachFromDisposeScope() : tensor;
        _inputs =
        [
            .. plan.Inputs.Zip(
                binding.Inputs,
                (input, at) => (BoundInput.Of(input.Name, input.Shape, info.Inputs[at], plan.Layout), Here(split.Inputs[at]))
            ),
        ];
        _targets = [.. binding.Targets.Select(at => (info.Targets[at].Task, Here(split.Targets[at])))];
    }

    public long Count => _inputs[0].Tensor.shape[0];

    /// <summary>The samples at these rows.</summary>
    public Batch Take(Tensor rows) => Written(Select(_inputs, rows), Select(_targets, rows));

    /// <summary>The samples at these rows, their pictures changed as the augmenter draws for this batch.</summary>
    public Batch Take(Tensor rows, Augmenter? augmenter, int epoch, long batch)
    {
        var (inputs, targets) = (Select(_inputs, rows), Select(_targets, rows));
        if (augmenter is not null)
        {
            int[] pictures = [.. Enumerable.Range(0, inputs.Length).Where(i => _inputs[i].Input.IsPicture)];
            int[] masks = [.. Enumerable.Range(0, targets.Length).Where(i => _targets[i].Task == LearningTask.Segmentation)];
            var (changed, moved) = (Array.ConvertAll(pictures, i => inputs[i]), Array.ConvertAll(masks, i => targets[i]));
            augmenter.Apply(changed, moved, epoch, batch);
            for (var i = 0; i < pictures.Length; i++)
                inputs[pictures[i]] = changed[i];
            for (var i = 0; i < masks.Length; i++)
                targets[masks[i]] = moved[i];
        }

        return Written(inputs, targets);
    }

    /// <summary>Samples that follow each other.</summary>
    public Batch Take(long from, long count) => Written(
        Array.ConvertAll(_inputs, each => each.Tensor.narrow(0, from, count)),
        Array.ConvertAll(_targets, each => each.Tensor.narrow(0, from, count)));

    /// <summary>For each input that is no index: mean and deviation of each channel over these rows, as the network sees them.</summary>
    public Dictionary<string, Normalization> Statistics(Tensor rows)
    {
        var statistics = new Dictionary<string, Normalization>();
        foreach (var (input, tensor) in _inputs)
        {
            if (input.ChannelAt is { } channel && tensor.dtype != ScalarType.Int64)
                statistics[input.Name] = ChannelStatistics.Of(tensor, rows, channel);
        }

        return statistics;
    }

    /// <summary>How often each class is there at these rows, without augmentation.</summary>
    public long[] ClassCounts(Tensor rows, int output, int classes)
    {
        const long rowsAtOnce = 4096;                                                   // of masks, int64 for each pixel
        using var scope = NewDisposeScope();
        var counts = zeros(classes, ScalarType.Int64, rows.device);
        for (var from = 0L; from < rows.shape[0]; from += rowsAtOnce)
        {
            using var some = NewDisposeScope();
            var taken = _targets[output].Tensor.index_select(0, rows.narrow(0, from, Math.Min(rowsAtOnce, rows.shape[0] - from)));
            counts.add_(bincount(taken.flatten().to(ScalarType.Int64), minlength: classes));
        }

        return counts.cpu().data<long>().ToArray();
    }

    public void Dispose()
    {
        if (!_isCopy)
            return;
        foreach (var (_, tensor) in _inputs)
            tensor.Dispose();
        foreach (var (_, tensor) in _targets)
            tensor.Dispose();
    }

    private static Tensor[] Select<T>((T, Tensor Tensor)[] bound, Tensor rows) =>
        Array.ConvertAll(bound, each => each.Tensor.index_select(0, rows));

    private Batch Written(Tensor[] inputs, Tensor[] targets) => new(
        [.. inputs.Select((stored, i) => _inputs[i].Input.Written(stored))],
        [.. targets.Select((stored, i) => Wanted(_targets[i].Task, stored))]);

    private static Tensor Wanted(LearningTask task, Tensor stored) =>
        stored.to(task is LearningTask.Classification or LearningTask.Segmentation ? ScalarType.Int64 : ScalarType.Float32);

    /// <param name="ChannelAt">The stored tensor's dimension that is the feature axis; null where there is none.</param>
    /// <param name="Turns">Whether the channels go from the front to the end.</param>
    private sealed record BoundInput(string Name, int? ChannelAt, bool IsPicture, bool Turns)
    {
        public static BoundInput Of(string name, Shape shape, DataInput data, Layout layout) => new(
            name,
            data.IsPicture ? 1 : shape.Has(Axis.Channels) ? shape.Position(Axis.Channels) : null,
            data.IsPicture,
            data.IsPicture && layout == Layout.ChannelsLast);

        /// <summary>
        /// uint8 [N, C, H, W] -> float32 in 0..1, [N, H, W, C] for a spec that is channels-last (a view). What is not uint8 stays as it is.
        /// </summary>
        public Tensor Written(Tensor stored)
        {
            var scaled = stored.dtype == ScalarType.Byte ? stored.to(ScalarType.Float32).div_(255) : stored;
            return Turns ? scaled.permute(0, 2, 3, 1) : scaled;
        }
    }
}
