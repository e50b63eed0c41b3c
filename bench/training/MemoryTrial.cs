using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Training;
using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.TrainingBench;

/// <summary>
/// What a whole training takes of its process's memory, above what the process holds when it is warm and has nothing to do.
/// </summary>
/// <param name="IdleBytes">Resident before.</param>
/// <param name="TrainingBytes">The most that was resident from the first step to the last evaluation, above that.</param>
/// <param name="PeakBytes">The same with export and comparison.</param>
public sealed record MemoryTrial(long IdleBytes, long TrainingBytes, long PeakBytes)
{
    private const int StepsPerEpoch = 12;

    /// <summary>Trains two short epochs on noise. Wants the process to itself: the figures are the process's.</summary>
    public static MemoryTrial Run(Plan plan, TrainingSettings settings)
    {
        Warmup.Run();
        using var data = Noise(plan, settings.BatchSize);
        GC.Collect();
        var idle = Environment.WorkingSet;
        File.WriteAllText("/proc/self/clear_refs", "5");                                // proc(5): the peak counts from here
        var training = 0L;
        Outcome? outcome = null;
        var thread = new Thread(() =>
            outcome = TrainingRun.Execute(plan, settings, data, new Dictionary<string, string>(), Heard, CancellationToken.None)
        );
        thread.Start(); // as a trainer does: glibc gives each thread memory of its own
        thread.Join();
        return outcome is Outcome.Finished or Outcome.NotEqual
            ? new(idle, training, ProcessMemory.PeakBytes()!.Value - idle)
            : throw new InvalidOperationException($"The training ended as {outcome}.");

        void Heard(TrainingReport report)
        {
            if (report is TrainingReport.Finalizing)
                training = ProcessMemory.PeakBytes()!.Value - idle;
        }
    }

    /// <summary>
    /// Noise of the shapes that the network takes and gives: pictures as uint8, classes where it has scores, numbers where it has one
    /// channel.
    /// </summary>
    private static DataSet Noise(Plan plan, long batch)
    {
        var inputs = plan
            .Inputs.Select(input => new DataInput(
                input.Name,
                Sizes(input.Shape),
                input.Shape.Rank == 4 ? ElementType.Uint8 : ElementType.Float32
            ))
            .ToArray();
        var targets = plan.Outputs.Select(output => Target(output.Name, plan.Shapes[output.Wire])).ToArray();
        var info = new DataSetInfo("noise", "", inputs, targets, StepsPerEpoch * batch, batch, batch);
        Split Some(long count) =>
            new(
                [
                    .. inputs.Select(input =>
                        (
                            input.DType == ElementType.Uint8
                                ? randint(0, 256, [count, .. input.Shape], ScalarType.Byte)
                                : rand([count, .. input.Shape])
                        ).DetachFromDisposeScope()
                    ),
                ],
                [
                    .. targets.Select(target =>
                        (
                            target.Task == LearningTask.Regression
                                ? rand([count, .. target.Shape])
                                : randint(
                                    0,
                                    target.Classes.Count,
                                    [count, .. target.Shape],
                                    target.Classes.Count > 256 ? ScalarType.Int64 : ScalarType.Byte
                                )
                        ).DetachFromDisposeScope()
                    ),
                ]
            );
        using var scope = NewDisposeScope();
        return new(info, Some(info.TrainSamples), Some(batch), Some(batch), "");
    }

    private static DataTarget Target(string name, Shape shape)
    {
        var channels = (int)shape[Axis.Channels].Value;
        if (channels < 2)
            return new(name, LearningTask.Regression, Sizes(shape), []);
        return new(
            name,
            shape.Rank == 2 ? LearningTask.Classification : LearningTask.Segmentation,
            Sizes(shape)[1..],
            [.. Enumerable.Range(0, channels).Select(i => $"{i}")]
        );
    }

    private static long[] Sizes(Shape shape) => [.. shape.Dims.Skip(1).Select(dim => dim.Value)];
}
