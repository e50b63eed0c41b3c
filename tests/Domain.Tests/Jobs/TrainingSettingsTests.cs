using System.Text.Json;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using Xunit;

namespace ConcatService.Domain.Tests.Jobs;

public sealed class TrainingSettingsTests
{
    private static readonly Machine TwoCores = new(2, HasBFloat16: true, HasCuda: false);
    private static readonly (string, DataTarget)[] Classes = [("logits", Target(LearningTask.Classification))];

    [Fact]
    public void Nothing_at_all_gives_the_defaults()
    {
        var settings = Valid("{}");

        Assert.Equal(5, settings.Epochs);
        Assert.Equal(128, settings.BatchSize);
        Assert.Equal("adamw", settings.Optimizer.Type);
        Assert.Equal("one_cycle", settings.Schedule.Type);
        Assert.Equal(settings.ToJson().GetRawText(), TrainingSettings.Read(null, new()).ToJson().GetRawText());
    }

    [Theory]
    [InlineData("""{ "epochz": 3 }""", "/settings/epochz", "spec.unknown_field")]
    [InlineData("""{ "epochs": 0 }""", "/settings/epochs", "spec.out_of_range")]
    [InlineData("""{ "accumulate": 0 }""", "/settings/accumulate", "spec.out_of_range")]
    [InlineData("""{ "epochs": 2.5 }""", "/settings/epochs", "spec.wrong_type")]
    [InlineData("""{ "seed": -1 }""", "/settings/seed", "spec.out_of_range")]
    [InlineData("""{ "threads": 0 }""", "/settings/threads", "spec.out_of_range")]
    [InlineData("""{ "threads": "many" }""", "/settings/threads", "spec.wrong_type")]
    [InlineData("""{ "precision": "float16" }""", "/settings/precision", "spec.wrong_type")]
    [InlineData("""{ "queue": "urgent" }""", "/settings/queue", "spec.wrong_type")]
    [InlineData("""{ "loss": "hinge" }""", "/settings/loss", "spec.wrong_type")]
    [InlineData("""{ "loss": { "type": "mse", "delta": 1 } }""", "/settings/loss/delta", "spec.unknown_field")]
    [InlineData("""{ "loss": { "type": "huber", "delta": 0 } }""", "/settings/loss/delta", "spec.out_of_range")]
    [InlineData("""{ "loss": { "outputs": "mse" } }""", "/settings/loss/outputs", "spec.wrong_type")]
    [InlineData("""{ "loss": { "outputs": { "y": "mse" }, "type": "mse" } }""", "/settings/loss/type", "spec.unknown_field")]
    [InlineData(
        """{ "loss": { "outputs": { "y": { "type": "mse", "weight": -1 } } } }""",
        "/settings/loss/outputs/y/weight",
        "spec.out_of_range"
    )]
    [InlineData("""{ "task": "clustering" }""", "/settings/task", "spec.wrong_type")]
    [InlineData("""{ "loss": { "type": "cross_entropy", "label_smoothing": 1 } }""", "/settings/loss/label_smoothing", "spec.out_of_range")]
    [InlineData(
        """{ "loss": { "type": "cross_entropy", "class_weights": [1, 0] } }""",
        "/settings/loss/class_weights",
        "spec.out_of_range"
    )]
    [InlineData(
        """{ "loss": { "type": "cross_entropy", "class_weights": "balanced" } }""",
        "/settings/loss/class_weights",
        "spec.wrong_type"
    )]
    [InlineData("""{ "loss": { "type": "mse", "class_weights": [1] } }""", "/settings/loss/class_weights", "spec.unknown_field")]
    [InlineData("""{ "loss": { "type": "focal", "gamma": -1 } }""", "/settings/loss/gamma", "spec.out_of_range")]
    [InlineData("""{ "loss": { "type": "focal", "alpha": 2 } }""", "/settings/loss/alpha", "spec.out_of_range")]
    [InlineData("""{ "optimizer": "adamax" }""", "/settings/optimizer", "spec.wrong_type")]
    [InlineData("""{ "optimizer": 3 }""", "/settings/optimizer", "spec.wrong_type")]
    [InlineData("""{ "optimizer": { "lr": 0.1 } }""", "/settings/optimizer", "spec.missing_field")]
    [InlineData("""{ "optimizer": { "type": "adamw", "momentum": 0.9 } }""", "/settings/optimizer/momentum", "spec.unknown_field")]
    [InlineData("""{ "optimizer": { "type": "adamw", "lr": -1 } }""", "/settings/optimizer/lr", "spec.out_of_range")]
    [InlineData("""{ "optimizer": { "type": "adamw", "betas": [0.9, 1] } }""", "/settings/optimizer/betas", "spec.out_of_range")]
    [InlineData(
        """{ "optimizer": { "type": "sgd", "nesterov": true, "momentum": 0 } }""",
        "/settings/optimizer/nesterov",
        "spec.out_of_range"
    )]
    [InlineData("""{ "schedule": { "type": "exponential" } }""", "/settings/schedule/type", "spec.wrong_type")]
    [InlineData("""{ "schedule": { "type": "step", "gamma": 2 } }""", "/settings/schedule/gamma", "spec.out_of_range")]
    [InlineData("""{ "schedule": { "type": "cosine", "gamma": 0.5 } }""", "/settings/schedule/gamma", "spec.unknown_field")]
    [InlineData("""{ "schedule": { "type": "cosine", "warmup_epochs": 5 } }""", "/settings/schedule/warmup_epochs", "spec.out_of_range")]
    [InlineData("""{ "gradient_clip": {} }""", "/settings/gradient_clip", "spec.wrong_type")]
    [InlineData("""{ "gradient_clip": { "norm": 1, "value": 1 } }""", "/settings/gradient_clip", "spec.wrong_type")]
    [InlineData("""{ "validation_split": 1 }""", "/settings/validation_split", "spec.out_of_range")]
    [InlineData("""{ "optimizer": { "type": "rmsprop", "betas": [0.9, 0.99] } }""", "/settings/optimizer/betas", "spec.unknown_field")]
    [InlineData("""{ "ema": { "decay": 1 } }""", "/settings/ema/decay", "spec.out_of_range")]
    [InlineData("""{ "ema": 0.99 }""", "/settings/ema", "spec.wrong_type")]
    [InlineData("""{ "early_stopping": { "patients": 3 } }""", "/settings/early_stopping/patients", "spec.unknown_field")]
    [InlineData("""{ "augment": "flip" }""", "/settings/augment", "spec.wrong_type")]
    [InlineData("""{ "augment": ["flip", "rotate"] }""", "/settings/augment/1", "spec.wrong_type")]
    [InlineData("""{ "augment": [{ "type": "crop", "padding": 0 }] }""", "/settings/augment/0/padding", "spec.out_of_range")]
    [InlineData("""{ "augment": ["normalize"], "normalize": false }""", "/settings/normalize", "spec.out_of_range")]
    [InlineData("""{ "max_duration": "30 minutes" }""", "/settings/max_duration", "spec.wrong_type")]
    [InlineData("""{ "max_duration": "-PT1M" }""", "/settings/max_duration", "spec.wrong_type")]
    [InlineData("""{ "evaluate_every_epochs": 0 }""", "/settings/evaluate_every_epochs", "spec.out_of_range")]
    [InlineData("""{ "export": "worst" }""", "/settings/export", "spec.wrong_type")]
    [InlineData("""{ "initialization": "ones" }""", "/settings/initialization", "spec.wrong_type")]
    [InlineData("[]", "/settings", "spec.wrong_type")]
    public void A_value_that_cannot_be_honored_is_refused_where_it_stands(string json, string path, string code)
    {
        var report = new Report();

        TrainingSettings.Read(JsonElement.Parse(json), report);

        var diagnostic = Assert.Single(report.Diagnostics);
        Assert.Equal((path, code), (diagnostic.Path.ToString(), diagnostic.Code.Name));
    }

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var report = new Report();

        TrainingSettings.Read(
            JsonElement.Parse("""{ "epochs": "five", "optimizer": { "type": "sgd", "momentun": 0.9 }, "batch_size": 0 }"""),
            report
        );

        Assert.Equal(
            ["/settings/batch_size", "/settings/epochs", "/settings/optimizer/momentun"],
            report.Diagnostics.Select(diagnostic => diagnostic.Path.ToString()).Order()
        );
        Assert.Contains("Did you mean 'momentum'?", report.Diagnostics[^1].Message);
    }

    [Fact]
    public void Resolving_leaves_no_auto_and_the_stored_form_reads_back_the_same()
    {
        var resolved = Valid("""{ "epochs": 10, "optimizer": { "type": "sgd", "nesterov": true }, "gradient_clip": { "norm": 1 } }""")
            .Resolve(TwoCores, Classes);

        var stored = resolved.ToJson();

        Assert.Equal(stored.GetRawText(), Valid(stored.GetRawText()).ToJson().GetRawText());
        Assert.Equal(stored.GetRawText(), resolved.Resolve(new(64, HasBFloat16: false, HasCuda: true), Classes).ToJson().GetRawText());
        Assert.Equal(
            ("classification", "cross_entropy"),
            (stored.GetProperty("task").GetString(), stored.GetProperty("loss").GetProperty("type").GetString())
        );
        Assert.Equal(0.1, stored.GetProperty("optimizer").GetProperty("lr").GetDouble());
        Assert.Equal(3, stored.GetProperty("schedule").GetProperty("warmup_epochs").GetDouble());
        Assert.Equal("bfloat16", stored.GetProperty("precision").GetString());
        Assert.Equal(1, stored.GetProperty("threads").GetInt64());
        Assert.Equal("cpu", stored.GetProperty("device").GetString());
    }

    [Fact]
    public void Everything_that_can_be_set_is_written_as_it_was_read()
    {
        const string given = """
            { "epochs": 9, "batch_size": 32, "accumulate": 4, "recompute": true, "seed": 4, "task": "classification",
              "precision": "float32", "initialization": "orthogonal",
              "normalize": true, "validation_split": 0.2, "export": "ema",
              "checkpoint_every_seconds": 30, "evaluate_every_epochs": 2, "telemetry": "off", "max_duration": "PT1H30M", "threads": 2,
                "device": "cpu", "queue": "low",
              "loss": { "type": "cross_entropy", "label_smoothing": 0.1, "class_weights": [1, 2.5],
                "weight": 1 },
              "optimizer": { "type": "nadam", "betas": [0.9, 0.99], "eps": 1E-08, "momentum_decay": 0.004, "lr": 0.01,
                "weight_decay": 0.1 },
              "schedule": { "type": "step", "every_epochs": 3, "gamma": 0.5, "warmup_epochs": 1 },
              "gradient_clip": { "norm": null, "value": 0.5 },
              "augment": [{ "type": "flip", "p": 0.5 }, { "type": "crop", "padding": 2 }, { "type": "erase", "p": 0.2, "max_area": 0.3 },
                { "type": "normalize" }],
              "ema": { "decay": 0.99 }, "early_stopping": { "patience": 3, "min_delta": 0.001 },
              "initial_weights": null, "freeze": ["stem"], "learning_rates": { "head": 0.1 } }
            """;

        var written = Valid(given).Resolve(TwoCores, Classes).ToJson();

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(given), written), written.GetRawText());
    }

    [Fact]
    public void An_exported_average_is_computed_even_where_its_options_are_left_out()
    {
        Assert.Equal(0.999, Valid("""{ "export": "ema" }""").Resolve(TwoCores, Classes).Ema!.Decay);
        Assert.Equal(
            5.0 / 3,
            ((StepScheduleSettings)Valid("""{ "schedule": "step" }""").Resolve(TwoCores, Classes).Schedule).EveryEpochs.Given!.Value,
            1e-12
        );
    }

    [Fact]
    public void Each_output_gets_the_loss_that_its_target_asks_for_unless_one_is_given()
    {
        var resolved = Valid(
                """
                { "loss": { "outputs": { "mask": { "type": "dice_cross_entropy", "weight": 0.5 }, "y": { "type": "auto", "weight": 2 } } } }
                """
            )
            .Resolve(
                TwoCores,
                [
                    ("mask", Target(LearningTask.Segmentation)),
                    ("y", Target(LearningTask.Regression)),
                    ("tags", Target(LearningTask.Multilabel)),
                ]
            );

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""
            { "outputs": { "mask": { "type": "dice_cross_entropy", "label_smoothing": 0, "class_weights": null,
                "weight": 0.5 },
              "y": { "type": "mse", "weight": 2 }, "tags": { "type": "binary_cross_entropy", "weight": 1 } } }
            """), resolved.ToJson().GetProperty("loss")), resolved.ToJson().GetRawText());
        Assert.Equal("auto", resolved.ToJson().GetProperty("task").GetString());
    }

    [Fact]
    public void Balanced_class_weights_are_those_of_scikit_learn()
    {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0]*6 + [1]*3 + [2]*3): n / (classes * count)
        var losses = Valid("""{ "loss": { "type": "cross_entropy", "class_weights": "auto" } }""").Loss.Balanced(["y"], _ => [6, 3, 3]);

        Assert.Equal([12 / 18.0, 12 / 9.0, 12 / 9.0], ((CrossEntropySettings)losses.Every).ClassWeights!.Given!);
        Assert.Equal([0.5, 1], ClassWeights.Balanced([6, 0]).Given!);
    }

    private static DataTarget Target(LearningTask task) => new("target", task, [], []);

    private static TrainingSettings Valid(string json)
    {
        var report = new Report();
        var settings = TrainingSettings.Read(JsonElement.Parse(json), report);
        Assert.Empty(report.Diagnostics);
        return settings;
    }
}
