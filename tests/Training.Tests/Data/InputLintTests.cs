using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using ConcatService.Training.Tests.Telemetry;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Data;

/// <summary>What is said of a data set before the first step, on pictures beside a table of eight columns.</summary>
[Collection("libtorch")]
public sealed class InputLintTests
{
    [Fact]
    public void A_healthy_data_set_is_not_spoken_of() => Assert.Empty(Codes(_ => { }));

    [Theory]
    [InlineData("two-view", ConstantInputTests.Spec), InlineData("two-scale", TestTraining.TwoBranches)]
    public void The_data_sets_of_every_installation_have_no_findings(string name, string spec)
    {
        using var data = name == "two-view" ? Views() : TestTraining.Pictures();
        Assert.Empty(InputLint.Of(data, TestTraining.Plan(spec), normalizes: true));
    }

    [Fact]
    public void An_input_that_never_changes_is_named() =>
        Assert.Equal(["constant_input facts"], Codes(split => split.Inputs[1].fill_(5.3f)));

    [Fact]
    public void Columns_that_never_change_are_counted() =>
        Assert.Equal(["constant_columns facts"], Codes(split => split.Inputs[1].narrow(1, 2, 3).fill_(0)));

    [Fact]
    public void A_value_that_stands_for_what_is_missing_is_named() => Assert.Equal(["sentinel facts"], Codes(split =>
    {
        var column = split.Inputs[1].select(1, 4);
        column.narrow(0, 0, column.shape[0] / 20).fill_(-999f);
    }));

    [Fact]
    public void A_column_that_is_the_class_is_a_leak() => Assert.Equal(["target_leak facts"], Codes(split =>
        split.Inputs[1].select(1, 7).copy_(split.Targets[0].eq(2))));

    [Fact]
    public void A_column_that_mostly_follows_the_class_is_none() => Assert.Empty(Codes(split =>
    {
        var column = split.Inputs[1].select(1, 7);
        column.copy_(split.Targets[0].eq(2).to(ScalarType.Float32) + (randn(column.shape[0]) * 0.1f));
    }));

    [Fact]
    public void Inputs_of_unequal_size_are_told_where_nothing_normalizes_them()
    {
        Assert.Equal(["unequal_inputs facts"], Codes(split => split.Inputs[1].mul_(1000), normalizes: false));
        Assert.Empty(Codes(split => split.Inputs[1].mul_(1000), normalizes: true));
    }

    [Fact]
    public void An_input_with_the_values_of_another_is_named()
    {
        const string spec = """
            { "inputs": { "a": { "shape": [8] }, "b": { "shape": [8] } }, "layers": [
                { "name": "merge", "type": "concat", "inputs": ["a", "b"] }, { "type": "linear", "out_features": 4 } ] }
            """;
        using var views = Views();
        DataInput[] inputs = [new("a", [8], ElementType.Float32), new("b", [8], ElementType.Float32)];
        using var twice = views with
        {
            Info = views.Info with { Inputs = inputs },
            Train = new Split([views.Train.Inputs[1], views.Train.Inputs[1].clone()], views.Train.Targets),
        };

        var finding = Assert.Single(InputLint.Of(twice, TestTraining.Plan(spec), normalizes: true));
        Assert.Equal(("lint", "equal_inputs", "b"), (finding.Type, finding.Code, finding.Layer));
        Assert.StartsWith("b: it has the same values as a.", finding.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Codes(Action<Split> change, bool normalizes = true)
    {
        random.manual_seed(4);
        using var data = Views();
        using (no_grad())
            change(data.Train);
        var found = InputLint.Of(data, TestTraining.Plan(ConstantInputTests.Spec), normalizes);
        return [.. found.Select(finding => $"{finding.Code} {finding.Layer}")];
    }

    private static DataSet Views() =>
        TwoView.Generate(BuiltInDataSets.Find("two-view")! with { TrainSamples = 2560, TestSamples = 512 });
}
