using ConcatService.Training.Telemetry;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>The layer that two correct programs differ in.</summary>
[Collection("libtorch")]
public sealed class RoundingGrowthTests
{
    [Fact]
    public void A_norm_without_variance_is_named_with_its_branch_and_a_sound_network_names_no_layer()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new TorchModel(TestTraining.Plan(ConstantInputTests.Spec));
        Initializers.Fill(model, TestTraining.Settings("""{ "initialization": "he" }""").Initialization);
        Tensor[] inputs = [rand(16, 1, 28, 28), ones(16, 8) * 5.3f];
        Assert.Null(RoundingGrowth.Worst(model, inputs));

        using (no_grad())
        {
            var norm = model.Layers.Single(layer => layer.Plan.Name == "f2/norm");
            norm["running_var"].fill_(1e-14f);
            norm["running_mean"].copy_(model.Run(inputs)[new("f2")].mean([0]));                  // what arrives, but for rounding
        }

        var cause = RoundingGrowth.Worst(model, inputs);

        Assert.Equal(("f2/norm", ("merge", "table")), (cause?.Layer, cause?.Place));
        var outcome = new Outcome.NotEqual(new(16, 0.1, 0.01, 0), cause!.Layer, cause.ToString());
        Assert.True(outcome.IsOfNetwork);
        Assert.Contains("layer 'f2/norm', in branch 'table' of concat 'merge', magnifies", outcome.Message, StringComparison.Ordinal);
        Assert.Equal("f2/norm", Assert.Single(FlatNorms.Of(model)).Layer);
    }
}
