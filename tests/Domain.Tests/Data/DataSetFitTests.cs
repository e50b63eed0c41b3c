using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using Xunit;

namespace ConcatService.Domain.Tests.Data;

/// <summary>What is said when network and data do not go together: where, what differs, and which edit fits.</summary>
public sealed class DataSetFitTests
{
    private const string TwoInputs = """
        { "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "type": "flatten", "name": "flat", "inputs": ["image"] }, { "type": "concat", "inputs": ["flat", "facts"] },
              { "type": "linear", "name": "out", "out_features": 4 } ] }
        """;

    private const string Pixels =
        """
        { "inputs": { "image": { "shape": [1, 32, 32] } },
          "layers": [ { "type": "conv2d", "out_channels": 3, "kernel_size": 3, "padding": "same" } ] }
        """;
    private const string Rows =
        """
        { "inputs": { "x": { "shape": [10] } }, "layers": [ { "type": "linear", "name": "y", "out_features": 1 },
          { "type": "linear", "name": "third", "inputs": ["x"], "out_features": 3 } ], "outputs": ["y", "third"] }
        """;

    [Theory]
    [InlineData("two-view", TwoInputs), InlineData("segments", Pixels), InlineData("tabular", Rows)]
    public void A_network_that_fits_is_let_through(string dataset, string spec) => Assert.Empty(Faults(dataset, spec, "{}"));

    [Theory]
    [InlineData(
        "two-view",
        TwoInputs,
        "\"facts\": { \"shape\": [8] }",
        "\"table\": { \"shape\": [8] }",
        "/inputs/table",
        "It has 'image', 'facts'"
    )]
    [InlineData("two-view", TwoInputs, "[8]", "[9]", "/inputs/facts/shape", "Set 'shape' to [8].")]
    [InlineData(
        "two-view",
        TwoInputs,
        "\"out_features\": 4",
        "\"out_features\": 10",
        "/layers/2/out_features",
        "Set out_features of the last linear layer to 4."
    )]
    [InlineData(
        "segments",
        Pixels,
        "\"out_channels\": 3",
        "\"out_channels\": 2",
        "/layers/0/out_channels",
        "Set out_channels of the last conv2d layer to 3."
    )]
    [InlineData("segments", Pixels, "\"padding\"", "\"stride\": 2, \"padding\"", "/layers/0", "Put upsample with size [32, 32] behind it")]
    [InlineData(
        "segments",
        Pixels,
        "\"same\" }",
        "\"same\" }, { \"type\": \"global_avg_pool\" }",
        "/layers/1",
        "without pooling over the places"
    )]
    [InlineData(
        "tabular",
        Rows,
        "\"out_features\": 1",
        "\"out_features\": 2",
        "/layers/0/out_features",
        "Set out_features of the last linear layer to 1."
    )]
    [InlineData("tabular", Rows, "third", "part", "/outputs", "It has 'y', 'third'")]
    public void What_does_not_fit_is_named_with_the_edit_that_would(
        string dataset,
        string spec,
        string from,
        string to,
        string path,
        string edit
    )
    {
        var fault = Assert.Single(
            Faults(
                dataset,
                spec.Replace(from, to, StringComparison.Ordinal)
                    .Replace(
                        "\"facts\"]",
                        to.Contains("table", StringComparison.Ordinal) ? "\"table\"]" : "\"facts\"]",
                        StringComparison.Ordinal
                    ),
                "{}"
            )
        );

        Assert.Equal(path, fault.Path.ToString());
        Assert.Contains(edit, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "loss": "mse" }""", "segments", Pixels, "/settings/loss", "Leave it to 'auto', which takes cross_entropy.")]
    [InlineData(
        """{ "loss": { "outputs": { "y": "huber", "thrid": "cross_entropy" } } }""",
        "tabular",
        Rows,
        "/settings/loss/outputs/thrid",
        "Did you mean 'third'?"
    )]
    [InlineData(
        """{ "loss": { "outputs": { "third": "mae" } } }""",
        "tabular",
        Rows,
        "/settings/loss/outputs/third",
        "whose target is classification"
    )]
    [InlineData(
        """{ "loss": { "type": "cross_entropy", "class_weights": [1, 2] } }""",
        "segments",
        Pixels,
        "/settings/loss/class_weights",
        "has 2 numbers and the target of conv2d_0 has 3 classes"
    )]
    [InlineData(
        """{ "loss": { "type": "focal", "alpha": 0.25 } }""",
        "segments",
        Pixels,
        "/settings/loss/alpha",
        "has 3 classes. Give class_weights"
    )]
    [InlineData("""{ "task": "regression" }""", "two-view", TwoInputs, "/settings/task", "Leave it to 'auto'.")]
    [InlineData("""{ "batch_size": 4000 }""", "tabular", Rows, "/settings/batch_size", "Take at most 3600.")]
    [InlineData("""{ "validation_split": 0 }""", "segments", Pixels, "/settings/validation_split", "set export to 'last'")]
    [InlineData(
        """{ "validation_split": 0, "export": "last", "early_stopping": {} }""",
        "segments",
        Pixels,
        "/settings/early_stopping",
        "leave early_stopping out"
    )]
    [InlineData("""{ "augment": ["normalize", "flip"] }""", "tabular", Rows, "/settings/augment/1", "flip is for pictures")]
    public void Settings_that_the_data_contradict_are_refused_where_they_stand(
        string settings,
        string dataset,
        string spec,
        string path,
        string message
    )
    {
        var fault = Assert.Single(Faults(dataset, spec, settings));

        Assert.Equal(path, fault.Path.ToString());
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_is_turned_for_a_spec_that_is_channels_last() =>
        Assert.Empty(
            Faults(
                "segments",
                Pixels
                    .Replace("{ \"inputs\"", "{ \"layout\": \"channels_last\", \"inputs\"", StringComparison.Ordinal)
                    .Replace("[1, 32, 32]", "[32, 32, 1]", StringComparison.Ordinal),
                "{}"
            )
        );

    private static IReadOnlyList<Diagnostic> Faults(string dataset, string spec, string settings)
    {
        var report = new Report();
        var plan = Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!;
        var read = TrainingSettings.Read(JsonElement.Parse(settings), report);
        Assert.Empty(report.Diagnostics);
        DataSetFit.Check(plan, BuiltInDataSets.Find(dataset)!, read, report);
        return report.Diagnostics;
    }
}
