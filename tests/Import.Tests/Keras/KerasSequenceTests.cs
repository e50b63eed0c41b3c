using System.Text.Json.Nodes;
using Xunit;

namespace ConcatService.Import.Tests.Keras;

/// <summary>States of recurrent layers, and layers that are applied to every step.</summary>
public sealed class KerasSequenceTests
{
    /// <summary>The translator of Keras's examples: 71 and 93 letters, 256 units, 611,933 weights as its summary says.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_decoder_starts_from_the_states_of_an_encoder(int version)
    {
        var imported = Imported.Of(Translator(version)).IsValid();

        Assert.Empty(imported.Network.Gaps);
        Assert.Equal((4 * 256 * (71 + 256 + 1)) + (4 * 256 * (93 + 256 + 1)) + (93 * 257), imported.Totals.Parameters);
        Assert.Equal(["encoder:state", "encoder:cell"], States(imported, "decoder"));
    }

    [Fact]
    public void States_of_both_directions_are_told_apart()
    {
        var model = new KerasJson();
        model.Input("x", 12, 8);
        model.Add("Bidirectional", "both", """
            { "layer": { "class_name": "GRU", "config": { "units": 5, "return_state": true, "reset_after": true } } }
            """, "x");
        model.Add("GRU", "next", """{ "units": 5, "reset_after": true }""", "x", "both:2");

        var imported = Imported.Of(model.Write(["x"], ["next"])).IsValid();

        Assert.Empty(imported.Network.Gaps);
        Assert.Equal(["both.backward_state"], States(imported, "next"));
        var half = Layer(imported, "both.backward_state");
        Assert.Equal((5L, 10L), ((long)half["start"]!, (long)half["end"]!));
    }

    [Fact]
    public void A_state_too_few_is_a_gap_that_counts_them()
    {
        var model = new KerasJson();
        model.Input("x", 12, 8);
        model.Input("h", 5);
        model.Add("LSTM", "one", """{ "units": 5 }""", "x", "h");

        var gap = Assert.Single(Imported.Of(model.Write(["x", "h"], ["one"])).Network.Gaps);

        Assert.Contains("1 tensors beside its input, and has 2 states", gap.Message, StringComparison.Ordinal);
    }

    /// <summary>Frames of a film through a convolution, as in the guide to TimeDistributed: [10, 30, 30, 64].</summary>
    [Fact]
    public void A_convolution_is_applied_to_every_step()
    {
        var model = new KerasJson();
        model.Input("film", 10, 32, 32, 3);
        model.Add("TimeDistributed", "frames", """
            { "layer": { "class_name": "Conv2D", "config": { "name": "conv", "filters": 64, "kernel_size": [3, 3] } } }
            """, "film");

        var imported = Imported.Of(model.Write(["film"], ["frames"])).IsValid();

        Assert.Empty(imported.Network.Gaps);
        Assert.Equal(64 * 28, imported.Totals.Parameters);
        var plan = imported.Compiled.Plan!;
        Assert.Equal([10, 30, 30, 64], plan.Shapes[plan.Outputs[0].Wire].Dims.Skip(1).Select(size => size.Known));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_model_is_applied_to_every_step(int version)
    {
        var frame = new KerasJson(version);
        frame.Input("frame", 16, 16, 3);
        frame.Add("Conv2D", "a", """{ "filters": 8, "kernel_size": [3, 3], "padding": "same" }""", "frame");
        frame.Add("Conv2D", "b", """{ "filters": 8, "kernel_size": [3, 3], "padding": "same" }""", "a");
        frame.Add("Add", "sum", "{}", "a", "b");
        frame.Add("GlobalAveragePooling2D", "mean", "{}", "sum");
        var model = new KerasJson(version);
        model.Input("film", 10, 16, 16, 3);
        model.AddSteps(frame, "frames", ["frame"], ["mean"], "film");
        model.Add("LSTM", "read", """{ "units": 4 }""", "frames");

        var imported = Imported.Of(model.Write(["film"], ["read"])).IsValid();

        Assert.Empty(imported.Network.Gaps);
        Assert.Equal((8 * 28) + (8 * 73) + (4 * 4 * (8 + 4 + 1)), imported.Totals.Parameters);
    }

    /// <summary>Words of sentences: a step has a time axis of its own.</summary>
    [Fact]
    public void A_recurrent_layer_reads_the_words_of_every_sentence()
    {
        var model = new KerasJson();
        model.Input("text", 6, 20, 8);
        model.Add("TimeDistributed", "sentences", """
            { "layer": { "class_name": "GRU", "config": { "units": 5, "reset_after": true } } }
            """, "text");
        model.Add("GRU", "read", """{ "units": 5, "reset_after": true }""", "sentences");

        var imported = Imported.Of(model.Write(["text"], ["read"])).IsValid();

        Assert.Empty(imported.Network.Gaps);
        Assert.Equal((3 * 5 * (8 + 5 + 2)) + (3 * 5 * (5 + 5 + 2)), imported.Totals.Parameters);
    }

    internal static string Translator(int version)
    {
        var model = new KerasJson(version);
        model.Input("source", null, 71);
        model.Input("target", null, 93);
        model.Add("LSTM", "encoder", """{ "units": 256, "return_state": true }""", "source");
        model.Add(
            "LSTM",
            "decoder",
            """{ "units": 256, "return_sequences": true, "return_state": true }""",
            "target",
            "encoder:1",
            "encoder:2"
        );
        model.Add("Dense", "letters", """{ "units": 93, "activation": "softmax" }""", "decoder");
        return model.Write(["source", "target"], ["letters"]);
    }

    private static IEnumerable<string> States(Imported imported, string layer) =>
        Layer(imported, layer)["initial_state"]!.AsArray().Select(each => each!.ToString());

    private static JsonObject Layer(Imported imported, string name) =>
        imported.Network.Spec["layers"]!.AsArray().Single(layer => layer!["name"]!.ToString() == name)!.AsObject();
}
