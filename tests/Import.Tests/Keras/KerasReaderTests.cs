using Xunit;

namespace ConcatService.Import.Tests.Keras;

public sealed class KerasReaderTests
{
    internal const string Sequential = """
        {
          "class_name": "Sequential",
          "config": {
            "name": "mnist",
            "layers": [
              { "class_name": "Conv2D", "config": { "name": "c1", "filters": 32, "kernel_size": [3, 3], "strides": [1, 1],
                "padding": "valid", "activation": "relu", "use_bias": true, "batch_input_shape": [null, 28, 28, 1] } },
              { "class_name": "MaxPooling2D", "config": { "name": "p1", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid" } },
              { "class_name": "Conv2D", "config": { "name": "c2", "filters": 64, "kernel_size": [3, 3], "activation": "relu" } },
              { "class_name": "MaxPooling2D", "config": { "name": "p2", "pool_size": [2, 2] } },
              { "class_name": "Flatten", "config": { "name": "flat" } },
              { "class_name": "Dropout", "config": { "name": "drop", "rate": 0.5 } },
              { "class_name": "Dense", "config": { "name": "scores", "units": 10, "activation": "softmax" } }
            ]
          },
          "keras_version": "2.4.0"
        }
        """;

    [Fact]
    public void The_first_network_of_Keras_has_34826_parameters()
    {
        var imported = Imported.Of(Sequential).IsValid();
        Assert.Equal(34_826, imported.Totals.Parameters);
        Assert.Equal(("keras", "keras 2"), (imported.Network.Format, imported.Network.Dialect));
        Assert.Empty(imported.Network.Gaps);
        Assert.Equal((8, 7), (imported.Network.Sources["p1"].Line, imported.Network.Sources["p1"].Column));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_residual_network_of_the_guide_has_223242_parameters(int version)
    {
        var model = new KerasJson(version);
        var x = model.Input("img", 32, 32, 3);
        x = Conv(model, "a", 32, "valid", x);
        x = Conv(model, "b", 64, "valid", x);
        var first = model.Add("MaxPooling2D", "pool", """{ "pool_size": [3, 3] }""", x);
        var second = Residual(model, "r1", first);
        var third = Residual(model, "r2", second);
        x = Conv(model, "c", 64, "valid", third);
        x = model.Add("GlobalAveragePooling2D", "gap", "{}", x);
        x = model.Add("Dense", "d1", """{ "units": 256, "activation": "relu" }""", x);
        x = model.Add("Dropout", "drop", """{ "rate": 0.5 }""", x);
        x = model.Add("Dense", "d2", """{ "units": 10 }""", x);
        var imported = Imported.Of(model.Write(["img"], [x])).IsValid();
        Assert.Equal(223_242, imported.Totals.Parameters);
        Assert.Equal($"keras {version}", imported.Network.Dialect);
    }

    [Fact]
    public void The_segmentation_network_of_the_examples_has_the_published_totals()
    {
        var imported = Imported.Of(Segmentation()).IsValid();
        Assert.Equal(2_055_203, imported.Totals.Parameters);
        Assert.Equal(2_058_979, imported.Totals.Parameters + imported.Totals.Buffers);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Models_inside_a_model_are_written_out_with_their_names(int version)
    {
        var encoder = new KerasJson(version);
        var x = encoder.Input("original_img", 28, 28, 1);
        x = Conv(encoder, "e1", 16, "valid", x);
        x = Conv(encoder, "e2", 32, "valid", x);
        x = encoder.Add("MaxPooling2D", "pool", """{ "pool_size": [3, 3] }""", x);
        x = Conv(encoder, "e3", 32, "valid", x);
        x = Conv(encoder, "e4", 16, "valid", x);
        var code = encoder.Add("GlobalMaxPooling2D", "code", "{}", x);
        var decoder = new KerasJson(version);
        x = decoder.Input("encoded_img", 16);
        x = decoder.Add("Reshape", "map", """{ "target_shape": [4, 4, 1] }""", x);
        x = Transposed(decoder, "t1", 16, x);
        x = Transposed(decoder, "t2", 32, x);
        x = decoder.Add("UpSampling2D", "up", """{ "size": [3, 3] }""", x);
        x = Transposed(decoder, "t3", 16, x);
        var picture = Transposed(decoder, "t4", 1, x);
        var model = new KerasJson(version);
        var input = model.Input("img", 28, 28, 1);
        var encoded = model.Add(encoder, "encoder", ["original_img"], [code], input);
        var decoded = model.Add(decoder, "decoder", ["encoded_img"], [picture], encoded);
        var imported = Imported.Of(model.Write(["img"], [decoded])).IsValid();
        Assert.Equal(28_241, imported.Totals.Parameters);
        Assert.True(imported.Network.Sources.ContainsKey("encoder.e1"));
    }

    [Fact]
    public void Texts_and_numbers_together_count_as_Keras_counts_them_but_for_the_second_bias()
    {
        var model = new KerasJson();
        var title = model.Add("Embedding", "e1", """{ "input_dim": 10000, "output_dim": 64 }""", model.Input("title", (int?)null));
        var body = model.Add("Embedding", "e2", """{ "input_dim": 10000, "output_dim": 64 }""", model.Input("body", (int?)null));
        title = model.Add("LSTM", "l1", """{ "units": 128, "return_sequences": false }""", title);
        body = model.Add("LSTM", "l2", """{ "units": 32, "return_sequences": false }""", body);
        var all = model.Add("Concatenate", "all", """{ "axis": -1 }""", title, body, model.Input("tags", 12));
        model.Add("Dense", "priority", """{ "units": 1 }""", all);
        model.Add("Dense", "department", """{ "units": 4 }""", all);
        var imported = Imported.Of(model.Write(["title", "body", "tags"], ["priority", "department"])).IsValid();
        Assert.Equal(1_392_097, imported.Totals.Parameters + imported.Network.Gaps.Sum(gap => gap.Parameters ?? 0));
        Assert.Equal(2, imported.Compiled.Plan!.Outputs.Count);
    }

    [Fact]
    public void A_concat_that_does_not_fit_is_told_at_its_layer()
    {
        var model = new KerasJson();
        var x = model.Input("img", 32, 32, 3);
        var fine = Conv(model, "fine", 8, "same", x);
        var coarse = model.Add("MaxPooling2D", "coarse", """{ "pool_size": [2, 2] }""", x);
        model.Add("Concatenate", "both", """{ "axis": -1 }""", fine, coarse);
        var imported = Imported.Of(model.Write(["img"], ["both"]));
        var found = imported.Compiled.Report.Diagnostics[0];
        Assert.Equal(("concat.shape_mismatch", "both"), (found.Code.Name, found.Layer));
        Assert.True(imported.Network.Sources["both"].Line > imported.Network.Sources["coarse"].Line);
        Assert.NotEmpty(found.Fixes);
    }

    [Fact]
    public void A_layer_that_is_called_twice_shares_its_weights_or_says_that_it_does_not()
    {
        var model = new KerasJson();
        model.Input("a", 8);
        model.Input("b", 8);
        var first = model.Add("Dense", "shared", """{ "units": 4 }""", "a");
        var second = model.Call("shared", "b");
        var joined = model.Add("Concatenate", "both", "{}", first, second);
        var imported = Imported.Of(model.Write(["a", "b"], [joined])).IsValid();
        var shares = imported.Network.Gaps.Count == 0;
        Assert.Equal(shares ? 36 : 72, imported.Totals.Parameters);
    }

    [Fact]
    public void Code_in_a_layer_is_never_run_and_is_a_gap()
    {
        var model = new KerasJson();
        var x = model.Input("a", 8);
        x = model.Add("Lambda", "trick", """{ "function": ["4wEAAAAAAAAAAAAAAAEAAAADAAAA", null, null], "module": "os" }""", x);
        model.Add("Dense", "out", """{ "units": 2 }""", x);
        var gap = Assert.Single(Imported.Of(model.Write(["a"], ["out"])).IsValid().Network.Gaps);
        Assert.Equal(("Lambda", "trick"), (gap.What, gap.Layer));
    }

    private static string Conv(KerasJson model, string name, int filters, string padding, string input) =>
        model.Add(
            "Conv2D",
            name,
            $$"""
            { "filters": {{filters}}, "kernel_size": [3, 3], "padding": "{{padding}}", "activation": "relu" }
            """,
            input
        );

    private static string Transposed(KerasJson model, string name, int filters, string input) =>
        model.Add("Conv2DTranspose", name, $$"""{ "filters": {{filters}}, "kernel_size": [3, 3], "activation": "relu" }""", input);

    private static string Residual(KerasJson model, string name, string input)
    {
        var x = Conv(model, $"{name}a", 64, "same", input);
        x = Conv(model, $"{name}b", 64, "same", x);
        return model.Add("Add", name, "{}", x, input);
    }

    /// <summary>A U-Net with residual blocks of separable convolutions, for pets of 160x160.</summary>
    internal static string Segmentation()
    {
        var (model, number) = (new KerasJson(), 0);
        var x = model.Input("img", 160, 160, 3);
        x = Layer("Conv2D", """{ "filters": 32, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same" }""", x);
        x = Relu(Norm(x));
        var before = x;
        foreach (var filters in new[] { 64, 128, 256 })
        {
            var separable = $$"""{ "filters": {{filters}}, "kernel_size": [3, 3], "padding": "same" }""";
            x = Norm(Layer("SeparableConv2D", separable, Relu(x)));
            x = Norm(Layer("SeparableConv2D", separable, Relu(x)));
            x = Layer("MaxPooling2D", """{ "pool_size": [3, 3], "strides": [2, 2], "padding": "same" }""", x);
            var side = Layer(
                "Conv2D", $$"""{ "filters": {{filters}}, "kernel_size": [1, 1], "strides": [2, 2], "padding": "same" }""", before);
            before = x = Layer("Add", "{}", x, side);
        }

        foreach (var filters in new[] { 256, 128, 64, 32 })
        {
            var transposed = $$"""{ "filters": {{filters}}, "kernel_size": [3, 3], "padding": "same" }""";
            x = Norm(Layer("Conv2DTranspose", transposed, Relu(x)));
            x = Norm(Layer("Conv2DTranspose", transposed, Relu(x)));
            x = Layer("UpSampling2D", """{ "size": [2, 2] }""", x);
            var side = Layer("UpSampling2D", """{ "size": [2, 2] }""", before);
            side = Layer("Conv2D", $$"""{ "filters": {{filters}}, "kernel_size": [1, 1], "padding": "same" }""", side);
            before = x = Layer("Add", "{}", x, side);
        }

        x = Layer("Conv2D", """{ "filters": 3, "kernel_size": [3, 3], "padding": "same", "activation": "softmax" }""", x);
        return model.Write(["img"], [x]);

        string Layer(string type, string config, params string[] inputs) => model.Add(type, $"l{++number}", config, inputs);

        string Norm(string input) => Layer("BatchNormalization", """{ "axis": [3], "epsilon": 0.001, "momentum": 0.99 }""", input);

        string Relu(string input) => Layer("Activation", """{ "activation": "relu" }""", input);
    }
}
