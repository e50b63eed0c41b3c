using ConcatService.Training.Checkpoints;
using Xunit;

namespace ConcatService.Training.Tests.Checkpoints;

[Collection("libtorch")]
public sealed class ResumeTests
{
    private const string WithDropout = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 4, "kernel_size": 5, "stride": 4, "norm": "batch_norm",
              "activation": "relu" },
            { "type": "dropout", "p": 0.3 }, { "name": "flat", "type": "flatten" },
              { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    private const string Epochs = "\"epochs\": 3, \"batch_size\": 64, \"threads\": 1, \"checkpoint_every_seconds\": 0, \"seed\": 3";

    // 36 batches an epoch: in the middle, at the end of one, at its first step, at the very end. Seven groups of five and one batch: in the
    // middle of the second epoch, behind its shorter group.
    [Theory]
    [InlineData("\"precision\": \"bfloat16\"", 50)]
    [InlineData("\"precision\": \"float32\", \"optimizer\": \"sgd\", \"augment\": [\"flip\"]", 36)]
    [InlineData("\"precision\": \"float32\", \"optimizer\": \"nadam\", \"ema\": {}, \"export\": \"ema\"", 37)]
    [InlineData("\"precision\": \"float32\", \"optimizer\": \"rmsprop\", \"early_stopping\": { \"patience\": 1, \"min_delta\": 0.5 }", 60)]
    [InlineData("\"precision\": \"float32\"", 108)]
    [InlineData("\"precision\": \"float32\", \"accumulate\": 5, \"gradient_clip\": { \"norm\": 1 }, \"ema\": {}", 12)]
    [InlineData("\"precision\": \"float32\", \"accumulate\": 5, \"augment\": [\"flip\"]", 16)]
    public void A_training_that_is_taken_up_again_ends_with_the_same_bits_and_tells_the_same(string settings, long step)
    {
        settings = $"{{ {Epochs}, {settings} }}";
        var (undisturbed, told) = Run(settings, new() { Keep = _ => true });

        using var file = new MemoryStream();
        var (left, before) = Run(settings, new() { Keep = kept => kept.Step == step && Write(kept, file) }, until: step);
        Assert.IsType<Outcome.Cancelled>(left);
        file.Position = 0;
        var (outcome, after) = Run(settings, new() { Keep = _ => true, From = file });

        Assert.Equal(Hash(undisturbed), Hash(outcome));
        Assert.Equal(file.Length, file.Position);
        Assert.Equal(
            told,
            before
                .Where(each => each.Step <= step && each.Word == "step")
                .Concat(before.Where(each => each.Step < step && each.Word == "epoch"))
                .Concat(after)
                .OrderBy(each => each.Step)
                .ThenByDescending(each => each.Word)
        );
    }

    [Fact]
    public void Whoever_asks_for_the_end_gets_a_checkpoint_of_the_last_step()
    {
        using var leave = new CancellationTokenSource();
        using var file = new MemoryStream();
        var (from, last) = (0L, 0L);

        using var data = TestTraining.Pictures();
        var outcome = TrainingRun.Execute(
            TestTraining.Plan(WithDropout),
            TestTraining.Settings("""{ "epochs": 3, "batch_size": 64, "threads": 1 }"""),
            data,
            new Dictionary<string, string>(),
            Heard,
            TestContext.Current.CancellationToken,
            new() { Keep = kept => (from = kept.Step) > 0 && Write(kept, file), Leave = leave.Token }
        );

        Assert.IsType<Outcome.Cancelled>(outcome);
        Assert.Equal(7, last);
        Assert.Equal(7, from);

        void Heard(TrainingReport report)
        {
            last = report is TrainingReport.StepDone step ? step.Number : last;
            if (last == 7)
                leave.Cancel();
        }
    }

    [Fact]
    public void The_time_of_the_attempts_before_counts_in_max_duration()
    {
        const string settings =
            """{ "epochs": 10000, "batch_size": 64, "threads": 1, "checkpoint_every_seconds": 0, "max_duration": "PT10M" }""";
        using var file = new MemoryStream();
        Run(settings, new() { Keep = kept => kept.Step == 5 && Write(kept, file) }, until: 5);

        // The same checkpoint, ten minutes later.
        file.Position = 0;
        var state = TrainingState.Read(file);
        Assert.InRange(state.Seconds, 0.001, 60);
        using var late = new MemoryStream();
        (state with { Seconds = state.Seconds + 600 }).Write(late, []);
        file.CopyTo(late);
        late.Position = 0;
        var (outcome, told) = Run(settings, new() { Keep = _ => true, From = late });

        Assert.IsType<Outcome.Finished>(outcome);
        Assert.Equal([("step", 6L), ("epoch", 6L)], told.Select(each => (each.Word, each.Step)));
    }

    private static bool Write(Checkpointing.Kept kept, MemoryStream file)
    {
        kept.Write(file);
        return true;
    }

    private static (Outcome Outcome, List<(string Word, long Step, double Loss)> Told) Run(
        string settings,
        Checkpointing checkpointing,
        long? until = null
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var told = new List<(string, long, double)>();
        using var data = TestTraining.Pictures();
        var outcome = TrainingRun.Execute(
            TestTraining.Plan(WithDropout),
            TestTraining.Settings(settings),
            data,
            new Dictionary<string, string>(),
            Heard,
            stop.Token,
            checkpointing
        );
        return (outcome, told);

        void Heard(TrainingReport report)
        {
            if (report is TrainingReport.StepDone step)
                told.Add(("step", step.Number, step.Train.Loss));
            if (report is TrainingReport.EpochDone epoch)
                told.Add(("epoch", epoch.Step, epoch.Train.Loss));
            if (report is TrainingReport.StepDone { Number: var number } && number == until + 1)
                stop.Cancel();                                                          // some work after the checkpoint is lost
            if (report is TrainingReport.Finalizing && until is not null)
                stop.Cancel();
        }
    }

    private static string Hash(Outcome outcome) => Assert.IsType<Outcome.Finished>(outcome).Result.WeightsSha256;
}
