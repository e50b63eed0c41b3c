using ConcatService.Domain.Data;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>Counts, batch by batch in the order of the split, which classes a network takes for which.</summary>
internal sealed class AnswerCounts : IDisposable
{
    private readonly List<Counted> _outputs = [];
    private long _samples;

    /// <param name="targets">Of each head.</param>
    public AnswerCounts(Network network, IReadOnlyList<DataTarget> targets)
    {
        for (var i = 0; i < network.Heads.Count; i++)
        {
            if (targets[i].Task is LearningTask.Classification or LearningTask.Segmentation)
                _outputs.Add(new(i, network.Heads[i], targets[i].Classes, network.Model.Weights.device));
        }
    }

    /// <param name="scores">Of each head.</param>
    /// <param name="targets">Of each head.</param>
    public void Add(Tensor[] scores, Tensor[] targets)
    {
        foreach (var output in _outputs)
        {
            using var scope = NewDisposeScope();
            output.Add(scores[output.At], targets[output.At], _samples);
        }

        _samples += targets[0].shape[0];
    }

    public IReadOnlyList<ClassAnswers> Read() => [.. _outputs.Select(output => output.Read())];

    public void Dispose() => _outputs.ForEach(output => output.Dispose());

    private sealed class Counted(int at, Heads.Head head, IReadOnlyList<string> classes, Device device) : IDisposable
    {
        private readonly Tensor? _counts =
            classes.Count > ClassAnswers.MostClasses
                ? null
                : zeros(classes.Count * classes.Count, ScalarType.Int64, device).DetachFromDisposeScope();
        private List<WrongAnswer> _worst = [];

        public int At => at;

        public void Add(Tensor scores, Tensor target, long first)
        {
            var byClass = head.ClassScores(scores)!;                                    // [N, classes, …]
            var said = byClass.argmax(1);
            _counts?.add_(bincount(((target * classes.Count) + said).flatten(), minlength: _counts.shape[0]));
            if (target.dim() == 1)
                Worst(byClass.log_softmax(1), target, said, first);
        }

        public ClassAnswers Read()
        {
            var counts = _counts?.cpu().data<long>().ToArray().Chunk(classes.Count);
            return new(head.Output, classes, counts is null ? null : [.. counts], _worst);
        }

        public void Dispose() => _counts?.Dispose();

        private void Worst(Tensor logarithms, Tensor target, Tensor said, long first)
        {
            var loss = logarithms.gather(1, target.unsqueeze(1)).squeeze(1).negative();
            var wrong = loss.masked_fill(said.eq(target), -1);                          // what is right is never among the worst
            var (losses, rows) = wrong.topk((int)Math.Min(ClassAnswers.MostWorst, wrong.shape[0]));
            var of = (Tensor values) => values.index_select(0, rows).cpu();
            var (truth, answer) = (of(target).data<long>().ToArray(), of(said).data<long>().ToArray());
            var sure = of(logarithms.amax([1]).exp()).data<float>().ToArray();
            var (at, sizes) = (rows.cpu().data<long>().ToArray(), losses.cpu().data<float>().ToArray());
            var more = Enumerable
                .Range(0, at.Length)
                .Where(i => sizes[i] >= 0)
                .Select(i => new WrongAnswer(first + at[i], classes[(int)truth[i]], classes[(int)answer[i]], sure[i], sizes[i]));
            _worst = [.. _worst.Concat(more).OrderByDescending(each => each.Loss).Take(ClassAnswers.MostWorst)];
        }
    }
}
