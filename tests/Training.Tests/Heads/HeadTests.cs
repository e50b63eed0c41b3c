using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Training.Heads;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Heads;

/// <summary>Losses and metrics against figures worked out by hand.</summary>
[Collection("libtorch")]
public sealed class HeadTests
{
    [Fact]
    public void Accuracy_adds_up_over_batches_of_different_sizes()
    {
        using var scope = NewDisposeScope();
        var head = Head("[3]", 3, LearningTask.Classification, "cross_entropy");
        var sums = head.Sums(eye(3), tensor(new long[] { 0, 1, 0 })) + head.Sums(eye(3)[..1], tensor(new long[] { 0 }));

        Assert.Equal([0.75], Metrics(head, sums));
    }

    [Fact]
    public void Mean_IoU_and_Dice_count_pixels_by_class_and_leave_out_classes_that_nobody_saw()
    {
        using var scope = NewDisposeScope();
        var head = Head("[3, 1, 4]", 3, LearningTask.Segmentation, "cross_entropy");
        var said = nn.functional.one_hot(tensor(new long[] { 0, 0, 1, 1 }), 3).to(ScalarType.Float32).T.reshape(1, 3, 1, 4);

        var sums = head.Sums(said, tensor(new long[] { 0, 1, 1, 1 }).reshape(1, 1, 4));

        Assert.Equal([((1 / 2.0) + (2 / 3.0)) / 2, 0.75, ((2 / 3.0) + (4 / 5.0)) / 2], Metrics(head, sums));
    }

    [Fact]
    public void Dice_is_added_to_the_cross_entropy()
    {
        using var scope = NewDisposeScope();
        var scores = zeros(1, 2, 1, 2);                                                 // one half everywhere
        var target = tensor(new long[] { 0, 1 }).reshape(1, 1, 2);

        var loss = Head("[2, 1, 2]", 2, LearningTask.Segmentation, "dice_cross_entropy").Loss(scores, target, training: true);

        Assert.Equal(Math.Log(2) + (1 - (2 * 0.5 / (1 + 1))), loss.item<float>(), 1e-4);       // for each class: 2 Σ p t = 1, Σ p + Σ t = 2
    }

    [Fact]
    public void One_number_tells_two_classes_apart_as_a_sigmoid_does()
    {
        using var scope = NewDisposeScope();
        var head = Head("[1]", 2, LearningTask.Classification, "cross_entropy");
        var scores = tensor(new float[] { 2, -1, 0.5f }).reshape(3, 1);

        var loss = head.Loss(scores, tensor(new long[] { 1, 0, 0 }), training: false);

        Assert.Equal(
            nn.functional.binary_cross_entropy_with_logits(scores, tensor(new float[] { 1, 0, 0 }).reshape(3, 1)).item<float>(),
            loss.item<float>(),
            1e-6
        );
        Assert.Equal([2 / 3.0], Metrics(head, head.Sums(scores, tensor(new long[] { 1, 0, 0 }))));
    }

    [Fact]
    public void F1_is_over_all_labels_together()
    {
        using var scope = NewDisposeScope();
        var head = Head("[2]", 2, LearningTask.Multilabel, "binary_cross_entropy");

        var sums = head.Sums(tensor(new float[] { 1, 1, -1, 1 }).reshape(2, 2), tensor(new float[] { 1, 0, 1, 1 }).reshape(2, 2));

        Assert.Equal([2 * 2 / 6.0, 0.5], Metrics(head, sums));
    }

    [Fact]
    public void R2_compares_with_saying_the_mean_of_each_number()
    {
        using var scope = NewDisposeScope();
        var head = Head("[2]", 0, LearningTask.Regression, "mse");
        var truth = tensor(new float[] { 1, 100, 3, 300 }).reshape(2, 2);

        Assert.Equal([1, 0], Metrics(head, head.Sums(truth, truth)));
        Assert.Equal([0, 50.5], Metrics(head, head.Sums(tensor(new float[] { 2, 200, 2, 200 }).reshape(2, 2), truth)));
    }

    [Fact]
    public void Smoothing_is_for_training_alone()
    {
        using var scope = NewDisposeScope();
        var head = Training.Heads.Head.For(
            Plan("[2]"),
            Plan("[2]").Outputs[0],
            new("class", LearningTask.Classification, [], ["a", "b"]),
            new CrossEntropySettings { LabelSmoothing = 0.1 }
        );
        var scores = tensor(new float[] { 4, 0 }).reshape(1, 2);
        var exact = Math.Log(1 + Math.Exp(-4));

        Assert.Equal(exact, head.Loss(scores, zeros(1, ScalarType.Int64), training: false).item<float>(), 1e-6);
        Assert.Equal(exact + (0.05 * 4), head.Loss(scores, zeros(1, ScalarType.Int64), training: true).item<float>(), 1e-6);
    }

    [Theory]
    [InlineData("[3]", LearningTask.Classification, "cross_entropy")]
    [InlineData("[3, 1, 2]", LearningTask.Segmentation, "cross_entropy")]
    [InlineData("[3]", LearningTask.Classification, "focal", ", \"gamma\": 0")]
    [InlineData("[3, 1, 2]", LearningTask.Segmentation, "focal", ", \"gamma\": 0")]
    public void Class_weights_are_a_weighted_mean_in_training_and_nothing_in_evaluation(
        string shape,
        LearningTask task,
        string loss,
        string options = ""
    )
    {
        using var scope = NewDisposeScope();
        var head = Head(shape, 3, task, $$"""{ "type": "{{loss}}", "class_weights": [1, 3, 0.5]{{options}} }""");
        var scores = tensor(new float[] { 0.5f, 0.25f, 0.25f }).log();                  // the probabilities, for every sample or pixel
        var isMap = task == LearningTask.Segmentation;
        var given = isMap ? scores.reshape(1, 3, 1, 1).expand(1, 3, 1, 2) : scores.expand(2, 3);
        var target = tensor(new long[] { 0, 1 }).reshape(isMap ? [1, 1, 2] : [2]);

        // torch.nn.CrossEntropyLoss: the sum of w(y) · nll over the sum of w(y).
        Assert.Equal(((1 * Math.Log(2)) + (3 * Math.Log(4))) / (1 + 3), head.Loss(given, target, training: true).item<float>(), 1e-6);
        Assert.Equal((Math.Log(2) + Math.Log(4)) / 2, head.Loss(given, target, training: false).item<float>(), 1e-6);
        Assert.Equal(4, head.Divisor(target)!.item<float>());
    }

    [Fact]
    public void Focal_loss_counts_what_is_told_rightly_already_less()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new float[] { 0.9f, 0.1f, 0.25f, 0.75f }).log().reshape(2, 2);
        var target = tensor(new long[] { 0, 0 });
        double Loss(string options) =>
            Head("[2]", 2, LearningTask.Classification, $$"""{ "type": "focal"{{options}} }""").Loss(scores, target, true).item<float>();

        // (1 - p)^gamma · -log p
        var (easy, hard) = (-0.01 * Math.Log(0.9), -0.5625 * Math.Log(0.25));
        Assert.Equal((easy + hard) / 2, Loss(""), 1e-6);
        Assert.Equal((easy + hard) / 2 * 0.75, Loss(", \"alpha\": 0.25"), 1e-6);        // both are of the first class
        Assert.Equal(-((Math.Sqrt(0.1) * Math.Log(0.9)) + (Math.Sqrt(0.75) * Math.Log(0.25))) / 2, Loss(", \"gamma\": 0.5"), 1e-6);
    }

    [Fact]
    public void Focal_loss_of_labels_is_that_of_torchvision()
    {
        using var scope = NewDisposeScope();
        var head = Head("[3]", 3, LearningTask.Multilabel, """{ "type": "focal", "alpha": 0.25 }""");
        var scores = tensor(new double[] { Math.Log(9), Math.Log(9), Math.Log(1 / 9.0) }).to(ScalarType.Float32).reshape(1, 3);

        var loss = head.Loss(scores, tensor(new float[] { 1, 0, 0 }).reshape(1, 3), training: true);

        // torchvision.ops.sigmoid_focal_loss(…, alpha=0.25, gamma=2, reduction="mean") of p = 0.9, 0.9, 0.1
        Assert.Equal(
            ((0.25 * 0.01 * -Math.Log(0.9)) + (0.75 * 0.81 * -Math.Log(0.1)) + (0.75 * 0.01 * -Math.Log(0.9))) / 3,
            loss.item<float>(),
            1e-6
        );
    }

    [Theory]
    [InlineData(0), InlineData(0.5), InlineData(1), InlineData(2)]
    public void Focal_loss_has_a_gradient_where_the_network_is_certain(double gamma)
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new float[] { 200, -200, -200, 200 }).reshape(2, 2).requires_grad_(true);

        Head("[2]", 2, LearningTask.Classification, $$"""{ "type": "focal", "gamma": {{gamma}} }""")
            .Loss(scores, zeros(2, ScalarType.Int64), training: true)
            .backward();

        Assert.True(scores.grad!.isfinite().all().item<bool>());
        Assert.Equal(0.5, scores.grad![1, 1].item<float>(), 1e-3);                      // of the one that is certain and wrong
    }

    [Fact]
    public void Balanced_weights_are_made_of_the_training_split_and_told_as_used()
    {
        TrainingReport.Started? started = null;
        TestTraining.Train(
            """{ "epochs": 1, "loss": { "type": "cross_entropy", "class_weights": "auto" } }""",
            report: told => started = told as TrainingReport.Started ?? started
        );

        var weights = ((CrossEntropySettings)started!.Settings.Loss.Every).ClassWeights!.Given!;
        Assert.Equal(10, weights.Count);
        Assert.True(weights.Distinct().Count() > 1);
        Assert.Equal(10, weights.Sum(weight => 1 / weight), 1e-9);                      // Σ count = n, so Σ 1 / w = classes
    }

    private static double[] Metrics(Head head, Tensor sums) => [.. head.Metrics(sums.data<double>().ToArray())];

    private static Head Head(string shape, int classes, LearningTask task, string loss) =>
        Training.Heads.Head.For(
            Plan(shape),
            Plan(shape).Outputs[0],
            new("target", task, [], [.. Enumerable.Range(0, classes).Select(name => $"{name}")]),
            TestTraining.Settings($$"""{ "loss": {{(loss.StartsWith('{') ? loss : $"\"{loss}\"")}} }""").Loss.Every
        );

    private static Domain.Planning.Plan Plan(string shape) =>
        TestTraining.Plan($$"""{ "inputs": { "x": { "shape": {{shape}} } }, "layers": [ { "type": "identity" } ] }""");
}
