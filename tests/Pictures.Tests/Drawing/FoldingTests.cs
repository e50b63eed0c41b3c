using Xunit;

namespace ConcatService.Pictures.Tests.Drawing;

/// <summary>Repetitions are drawn once, where that hides nothing.</summary>
public sealed class FoldingTests
{
    private const string Dense =
        """
        { "name": "join", "type": "parallel", "branches": [ [],
          [ { "name": "new", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 } ] ] }
        """;

    [Theory]
    [InlineData("densenet121")]
    [InlineData("densenet-bc-100-12")]
    [InlineData("resnet50")]
    [InlineData("se-resnet50")]
    public void A_deep_network_that_repeats_has_at_most_60_boxes(string sample) => Assert.InRange(Drawn.Sample(sample).Boxes.Count, 10, 60);

    [Fact]
    public void DenseNet_121_is_four_frames_with_the_number_of_their_layers() =>
        Assert.Equal(["dense1 × 6", "dense2 × 12", "dense3 × 24", "dense4 × 16"], Drawn.Sample("densenet121").Frames);

    [Fact]
    public void A_frame_says_how_the_shape_grows_from_one_repetition_to_the_next()
    {
        var labels = Drawn.Sample("densenet121").Labels.Select(label => label.Value).ToList();
        Assert.Contains("64…224×56×56", labels);                                                   // what the six layers take
        Assert.Contains("96…256×56×56", labels);                                                   // what they give
        Assert.Contains("32×56×56", labels);                                                       // what each adds
    }

    [Fact]
    public void Where_more_than_one_size_changes_the_first_and_the_last_shape_are_written_out() =>
        Assert.Contains(
            "3×32×32 … 3×8×8",
            Drawn
                .Layers(
                    """[ { "type": "repeat", "times": 3, "layers": [ { "type": "relu" }, { "type": "max_pool2d", "kernel_size": 2 } ] } ]"""
                )
                .Labels.Select(label => label.Value)
        );

    [Fact]
    public void A_repetition_in_a_repetition_is_a_frame_in_a_frame()
    {
        var drawn = Drawn.Layers(
            """
            [ { "name": "outer", "type": "repeat", "times": 3,
              "layers": [ { "name": "inner", "type": "repeat", "times": 4, "layers": [ { "type": "relu" }, { "type": "tanh" } ] },
              { "type": "gelu" } ] } ]
            """
        );
        Assert.Equal(["outer × 3", "inner × 4"], drawn.Frames);
        Assert.Equal(4, drawn.Boxes.Count);                                                        // with the input
    }

    [Fact]
    public void A_repetition_with_an_error_in_it_is_drawn_in_full()
    {
        var drawn = Drawn.Layers(
            """
            [ { "name": "r", "type": "repeat", "times": 3,
              "layers": [ { "name": "m", "type": "parallel",
              "branches": [ [], [ { "name": "low", "type": "max_pool2d", "kernel_size": 2 } ] ] } ] } ]
            """
        );
        Assert.Empty(drawn.Frames);
        Assert.True(drawn.Boxes.Single(box => box.Name == "r/0/m").Is("broken"));
        Assert.True(drawn.Boxes.Single(box => box.Name == "r/0/m/branch1/low").Is("blamed"));
        Assert.Contains(drawn.Boxes, box => box.Name == "r/2/m");
    }

    [Fact]
    public void A_repetition_behind_an_error_is_still_folded() =>
        Assert.Equal(
            ["r × 5"],
            Drawn
                .Layers(
                    $$"""
                    [ { "name": "low", "type": "max_pool2d", "kernel_size": 2 },
                      { "name": "m", "type": "concat", "inputs": ["low", "image"] },
                      { "name": "r", "type": "repeat", "times": 5, "layers": [ {{Dense}} ] } ]
                    """
                )
                .Frames
        );

    [Fact]
    public void A_repetition_whose_middle_is_used_elsewhere_is_drawn_in_full() =>
        Assert.Empty(
            Drawn
                .Layers(
                    $$"""
                    [ { "name": "r", "type": "repeat", "times": 3, "layers": [ {{Dense}} ] },
                      { "name": "m", "type": "concat", "inputs": ["r", "r/1/join"] } ]
                    """
                )
                .Frames
        );

    [Fact]
    public void What_every_repetition_takes_from_outside_comes_into_the_frame_once()
    {
        var drawn = Drawn.Layers("""
            [ { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 }, { "name": "now", "type": "relu" },
              { "name": "r", "type": "repeat", "times": 4,
                "layers": [ { "name": "a", "type": "tanh" }, { "name": "sum", "type": "add", "inputs": ["a", "stem"] } ] } ]
            """);
        Assert.Equal(["r × 4"], drawn.Frames);
        Assert.Equal(2 + 2 + 4, drawn.Edges.Count); // image to now; two into the frame; four inside
    }

    [Fact]
    public void Thousands_of_repetitions_are_one_frame() =>
        Assert.Equal(
            ["repeat_0 × 9000"],
            Drawn.Layers("""[ { "type": "repeat", "times": 9000, "layers": [ { "type": "relu" }, { "type": "tanh" } ] } ]""").Frames
        );
}
